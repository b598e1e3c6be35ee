# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life cycle of the platform, as Lambda functions: wake, tasks, sleep.

``state`` decides and calls nothing; ``cloud`` makes one AWS call a method; ``reconcile`` joins the two; ``web`` answers
browsers; ``handlers`` are the functions. Standard library and boto3 only.
"""
