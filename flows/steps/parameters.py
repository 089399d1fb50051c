"""The types of flows' parameters, as the form of Prefect's UI shows and its server checks them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from ...tables import OWNERSHIP_FORMS

Form = Annotated[str, Field(json_schema_extra={"enum": list(OWNERSHIP_FORMS)})]
"""A form type; the UI offers these."""

Day = Annotated[date, Field(json_schema_extra={"pattern": r"^\d{4}-\d\d-\d\d$"})]
"""A date that Prefect's server checks too: it ignores the `format` of a schema."""
