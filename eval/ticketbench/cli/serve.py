"""The command `ticketbench serve`."""

from __future__ import annotations

import os

import click

from ticketbench.cli.output import say, show


@click.command("serve")
@click.option("--engine", default="lexical", show_default=True, help="Which embedded engine.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
@click.option("--key-env", default="SCALEDOWN_API_KEY", show_default=True, metavar="NAME",
              help="When this variable is set, requests must carry its key.")  # fmt: skip
@click.option("--alias", "aliases", multiple=True, metavar="NAME",
              help="Another name of the model, such as a vendor's; repeatable.")  # fmt: skip
@click.option("--batch-delay", type=click.FloatRange(0, 86_400), default=0.0, metavar="S",
              help="No batch is completed earlier than S seconds after its upload.")  # fmt: skip
@click.option("--batch-order", type=click.Choice(["as-asked", "shuffled"]), default="as-asked",
              show_default=True, help="Of the lines of a batch's output.")  # fmt: skip
@click.option("--batch-fail", type=click.FloatRange(0, 1), default=0.0, metavar="SHARE",
              help="So many of the questions of each batch fail, such as 0.05.")  # fmt: skip
@click.option("--batch-seed", type=int, default=0, metavar="N",
              help="Draws which of them fail, and the shuffled order.")  # fmt: skip
def command(
    engine: str,
    port: int,
    key_env: str,
    aliases: tuple[str, ...],
    batch_delay: float,
    batch_order: str,
    batch_fail: float,
    batch_seed: int,
) -> None:
    """Serve an embedded engine on this machine, for tests and tutorials.

    The first line on stdout is the full URL of POST /classify. Beside it stand POST /v1/systemone,
    /v1/decisions, /v1/scaledown and /v1/batches, and GET /v1/models; the model is called
    ENGINE-VERSION. It answers on the loopback interface only.

    \b
    ticketbench serve --engine lexical --port 8080
    ticketbench serve --alias jev-latest
    ticketbench serve --batch-delay 30 --batch-order shuffled --batch-fail 0.05
    """
    from ticketbench.core.errors import MachineError
    from ticketbench.edge.engines import engines
    from ticketbench.edge.secret import read_key
    from ticketbench.edge.serving.batches.conduct import Conduct
    from ticketbench.edge.serving.server import ClassifyServer
    from ticketbench.edge.serving.service import Service
    from ticketbench.edge.serving.shapes.model import refuse_bad_aliases

    refuse_bad_aliases(aliases)
    chosen = engines().get(engine)
    chosen.ready()
    service = Service(chosen, read_key(key_env, os.environ), aliases=aliases)
    conduct = Conduct(batch_delay, batch_order, batch_fail, batch_seed)
    try:
        server = ClassifyServer(service, port=port, conduct=conduct)
    except OSError as error:
        raise MachineError(f"cannot listen on port {port}: {error.strerror}") from None
    with server:
        show(server.url)
        say(f"models at {server.root}/v1: {', '.join((chosen.model, *aliases))}")
        say(f"serving {engine}; {'a' if service.key else 'no'} key is needed; Ctrl-C ends it")
        server.serve_forever()
