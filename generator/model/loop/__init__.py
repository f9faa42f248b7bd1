"""How models are trained: stages, averages, logs, saving and going on."""
