# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life cycle of the platform, as Lambda functions: wake, tasks, sleep.

``state`` decides and calls nothing, and ``progress`` tells how far it has come; ``cloud`` makes one AWS call a method;
``reconcile`` joins them; ``web`` answers browsers; ``handlers`` are the functions. Standard library and boto3 only.
"""
