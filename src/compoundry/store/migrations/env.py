"""Run the migrations on the connection that `store.migrate` gives."""

from alembic import context

from compoundry.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
