"""Let agents use Compoundry through the Model Context Protocol, on stdio or over HTTP."""
