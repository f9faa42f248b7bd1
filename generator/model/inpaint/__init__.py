"""A pretrained inpainting diffusion model, tuned with LoRA."""
