"""What runs in a service of others: it routes tickets by a policy that an evaluation has measured.

Standard library alone, and only `core` of this package. In order: json_text, policy_schema,
policy_sense, policy_file.
"""

from ticketbench.production.policy_file import PolicyFile as Policy

__all__ = ["Policy"]
