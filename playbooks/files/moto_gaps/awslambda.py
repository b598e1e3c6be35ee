# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of Lambda. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_lambda_configuration()
    patch_lambda_url()
    patch_lambda_url_permissions()
    patch_lambda_concurrency()


def patch_lambda_configuration() -> None:
    """AWS keeps LoggingConfig, changes the architecture and the key, and tells a reserved concurrency of 0;
    moto drops all of them."""
    from moto.awslambda.models import LambdaFunction

    init, get, describe = LambdaFunction.__init__, LambdaFunction.get_configuration, LambdaFunction.get_code
    update, update_code = LambdaFunction.update_configuration, LambdaFunction.update_function_code

    def __init__(self: Any, account_id: str, spec: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        init(self, account_id, spec, *args, **kwargs)
        self.logging_config = spec.get("LoggingConfig") or {}

    def get_configuration(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}", **self.logging_config}
        return {**get(self, *args, **kwargs), "LoggingConfig": logging}

    def update_configuration(self: Any, updates: dict[str, Any]) -> dict[str, Any]:
        update(self, updates)
        self.logging_config |= updates.get("LoggingConfig") or {}
        if "KMSKeyArn" in updates:
            self.kms_key_arn = updates["KMSKeyArn"] or None
        return self.get_configuration()

    def update_function_code(self: Any, spec: dict[str, Any]) -> dict[str, Any]:
        update_code(self, spec)
        self.architectures = spec.get("Architectures") or self.architectures
        return self.get_configuration()

    def get_code(self: Any) -> dict[str, Any]:
        reserved = self.reserved_concurrency
        concurrency = {} if reserved is None else {"Concurrency": {"ReservedConcurrentExecutions": reserved}}
        return {**describe(self), **concurrency}

    LambdaFunction.__init__ = __init__
    LambdaFunction.get_code = get_code
    LambdaFunction.get_configuration = get_configuration
    LambdaFunction.update_configuration = update_configuration
    LambdaFunction.update_function_code = update_function_code


def patch_lambda_url() -> None:
    """AWS ends the URL with a slash, names the default invoke mode BUFFERED, and lets it and CORS be changed."""
    from moto.awslambda.models import FunctionUrlConfig

    to_dict, update = FunctionUrlConfig.to_dict, FunctionUrlConfig.update

    def as_dict(self: Any) -> dict[str, Any]:
        found = to_dict(self)
        return {
            **found,
            "FunctionUrl": found["FunctionUrl"].rstrip("/") + "/",
            "InvokeMode": self.config.get("InvokeMode") or "BUFFERED",
            "Cors": self.config.get("Cors") or None,
        }

    def change(self: Any, new_config: dict[str, Any]) -> None:
        update(self, new_config)
        self.config |= {name: new_config[name] for name in ("Cors", "InvokeMode") if name in new_config}

    FunctionUrlConfig.to_dict = as_dict
    FunctionUrlConfig.update = change


def patch_lambda_url_permissions() -> None:
    """AWS writes FunctionUrlAuthType and InvokedViaFunctionUrl as conditions into the statement, both conditions of one
    operator side by side, and refuses a statement's name that is taken."""
    import json

    from moto.awslambda.exceptions import ConflictException
    from moto.awslambda.policy import Policy

    add = Policy.add_statement

    def add_statement(self: Any, raw: str, *args: Any, **kwargs: Any) -> Any:
        request = json.loads(raw)
        if any(statement.get("Sid") == request["StatementId"] for statement in self.statements):
            refused = ConflictException(f"The statement id ({request['StatementId']}) provided already exists.")
            refused.error_type = "ResourceConflictException"
            raise refused
        auth_type = request.pop("FunctionUrlAuthType", None)
        through_url = request.pop("InvokedViaFunctionUrl", None)
        account = request.pop("SourceAccount", None)
        statement, revision = add(self, json.dumps(request), *args, **kwargs)
        conditions = statement.setdefault("Condition", {})
        if account is not None:
            conditions.setdefault("StringEquals", {})["AWS:SourceAccount"] = account
        if auth_type is not None:
            conditions.setdefault("StringEquals", {})["lambda:FunctionUrlAuthType"] = auth_type
        if through_url:
            conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
        if not conditions:
            del statement["Condition"]
        return statement, revision

    Policy.add_statement = add_statement


def patch_lambda_concurrency() -> None:
    """AWS tells the account's quota (1,000 by default, LOCAL_AWS_LAMBDA_CONCURRENCY here) and leaves 100 of it
    unreserved, or all of a smaller one."""
    import json
    import os

    from moto.awslambda import urls
    from moto.awslambda.exceptions import InvalidParameterValueException
    from moto.awslambda.models import LambdaBackend
    from moto.awslambda.responses import LambdaResponse

    put = LambdaBackend.put_function_concurrency

    def left(backend: Any, but: str = "") -> int:
        quota = int(os.environ.get("LOCAL_AWS_LAMBDA_CONCURRENCY", "1000"))
        return quota - sum(
            one.reserved_concurrency or 0 for one in backend.list_functions() if one.function_name != but
        )

    def put_function_concurrency(self: Any, function_name: str, reserved_concurrency: Any) -> Any:
        name = function_name.rpartition(":")[2]
        least = min(100, int(os.environ.get("LOCAL_AWS_LAMBDA_CONCURRENCY", "1000")))
        if left(self, name) - int(reserved_concurrency) < least:
            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{least}]."
            )
        return put(self, function_name, reserved_concurrency)

    def get_account_settings(self: Any) -> Any:
        quota = int(os.environ.get("LOCAL_AWS_LAMBDA_CONCURRENCY", "1000"))
        limit = {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": left(self.backend)}
        return 200, {}, json.dumps({"AccountLimit": limit})

    LambdaBackend.put_function_concurrency = put_function_concurrency
    LambdaResponse.get_account_settings = get_account_settings
    urls.url_paths["{0}/2016-08-19/account-settings/?$"] = LambdaResponse.dispatch
