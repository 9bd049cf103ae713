mod node;
mod yaml;
