"""Making the models that are shipped: training, fine-tuning, export, metrics, model cards."""
