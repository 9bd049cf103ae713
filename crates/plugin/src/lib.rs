//! libgitlab.so: the pipeline as a Falco plugin.
