"""Who hears of a run that failed or left something to look at: Prefect's automations, one for each."""

from prefect.automations import Automation
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.types import SecretDict

from .artifacts import INCOMPLETE
from .deployments import TAG

BLOCK = "form4lake-notify"

AUTOMATIONS = {
    "form4lake: a run failed": ("Failed", "Crashed"),
    "form4lake: something needs a look": (INCOMPLETE,),
}
"""By name, the states of a run that they tell of."""

BODY = "{{ flow_run.name }}: {{ flow_run.state.name }}. {{ flow_run.state.message }} {{ flow_run|ui_url }}"


async def notify(url: str | None) -> None:
    """Have Prefect POST `{"text": …}` to a URL, as chat services want it; with None, no more."""
    actions = []
    if url:
        block = CustomWebhookNotificationBlock(
            name=BLOCK,
            url="{{url}}",
            json_data={"text": "{{subject}}: {{body}}"},
            headers=None,
            cookies=None,
            secrets=SecretDict({"url": url}),
        )
        actions = [await block.save(BLOCK, overwrite=True)]
    for name, states in AUTOMATIONS.items():
        try:
            before = await Automation.aread(name=name)
            await before.adelete()
        except ValueError:
            pass  # there was none
        for document in actions:
            await Automation(
                name=name,
                trigger=EventTrigger(
                    expect={f"prefect.flow-run.{state}" for state in states},
                    match_related={"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"},
                    for_each={"prefect.resource.id"},
                    posture=Posture.Reactive,
                    threshold=1,
                ),
                actions=[SendNotification(block_document_id=document, subject=name, body=BODY)],
            ).acreate()
