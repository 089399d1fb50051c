"""Prefect's flows: what runs when. How it is done is the other rooms' knowledge.

Importing this package sets what Prefect reads from the environment at its own import, where the user has not set it.
"""

import os

_FOR_PREFECT = {
    # The first start of Prefect's own server migrates its database, which takes longer than the default of 20 s.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # A run tells its story itself; what went wrong is said once, by the run's report.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}

for _name, _value in _FOR_PREFECT.items():
    os.environ.setdefault(_name, _value)
