"""The live explorer and the REST API: thin, no calculation; every answer is the engine's own."""
