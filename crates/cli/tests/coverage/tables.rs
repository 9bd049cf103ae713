//! What people have written down: the incident guide, the detections, what others publish, why some types have no rule.
use std::{collections::HashMap, fs};

use saphyr::{LoadableYamlNode, Yaml};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{pattern::Patterns, repository};

/// All tables.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) guide: Vec<Bullet>,
    pub(crate) detections: Vec<Detection>,
    pub(crate) no_rule: Vec<Reason>,
    pub(crate) go_plugin: Vec<GoRule>,
}

/// Something that GitLab's incident guide asks to look at.
#[derive(Debug, Deserialize)]
pub(crate) struct Bullet {
    pub(crate) scenario: String,
    pub(crate) asked: String,
    /// As written.
    pub(crate) event_types: String,
    /// All types under these headings of GitLab's documentation.
    #[serde(deserialize_with = "semicolons")]
    pub(crate) categories: Vec<String>,
    /// Only types of these scopes, if there are any here.
    #[serde(deserialize_with = "words")]
    pub(crate) scopes: Vec<String>,
    /// What GitLab writes no event about.
    pub(crate) not_in_the_stream: String,
}

/// A detection that rules should make.
#[derive(Debug)]
pub(crate) struct Detection {
    pub(crate) id: String,
    pub(crate) title: String,
    /// As rules tag it.
    pub(crate) scenario: String,
    pub(crate) rules: Vec<String>,
    /// Why there is no rule.
    pub(crate) reason: String,
    /// What the rules leave out.
    pub(crate) note: String,
    pub(crate) event_types: Vec<String>,
    pub(crate) published_by: Vec<String>,
}

/// Why some event types have no rule.
#[derive(Debug, Deserialize)]
pub(crate) struct Reason {
    #[serde(deserialize_with = "patterns")]
    pub(crate) event_types: Patterns,
    pub(crate) reason: String,
}

/// A rule of the Go plugin.
#[derive(Debug, Deserialize)]
pub(crate) struct GoRule {
    pub(crate) rule: String,
    #[serde(deserialize_with = "words")]
    pub(crate) event_types: Vec<String>,
}

#[derive(Deserialize)]
struct KnownDetection {
    id: String,
    #[serde(deserialize_with = "words")]
    event_types: Vec<String>,
    #[serde(deserialize_with = "semicolons")]
    published_by: Vec<String>,
}

impl Tables {
    pub(crate) fn read() -> Self {
        Self {
            guide: csv(include_str!("guide.csv")),
            detections: detections(),
            no_rule: csv(include_str!("no_rule.csv")),
            go_plugin: csv(include_str!("go_plugin.csv")),
        }
    }
}

/// The detections: which rules make them is written in `docs/rules/detections.yaml`, the rest beside this file.
fn detections() -> Vec<Detection> {
    let known: Vec<KnownDetection> = csv(include_str!("detections.csv"));
    let mut known: HashMap<String, KnownDetection> = known.into_iter().map(|known| (known.id.clone(), known)).collect();
    let text = fs::read_to_string(repository("docs/rules/detections.yaml")).unwrap();
    let documents = Yaml::load_from_str(&text).unwrap();
    let detection = |entry: &Yaml<'_>| {
        let text =
            |key: &str| entry.as_mapping_get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let id = text("id");
        let KnownDetection { event_types, published_by, .. } = known
            .remove(&id)
            .unwrap_or_else(|| panic!("detection {id} is not in detections.csv, or twice in the YAML"));
        let rules = entry.as_mapping_get("rules").and_then(Yaml::as_vec).into_iter().flatten();
        let rules = rules.map(|rule| rule.as_str().unwrap().to_owned()).collect();
        let [title, scenario, reason, note] = ["title", "scenario", "reason", "note"].map(text);
        Detection { id, title, scenario, rules, reason, note, event_types, published_by }
    };
    let detections = documents[0].as_vec().unwrap().iter().map(detection).collect();
    assert!(known.is_empty(), "not in docs/rules/detections.yaml: {:?}", known.keys());
    detections
}

fn csv<T: DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().map(Result::unwrap).collect()
}

fn words<'de, D: Deserializer<'de>>(cell: D) -> Result<Vec<String>, D::Error> {
    Ok(String::deserialize(cell)?.split_whitespace().map(str::to_owned).collect())
}

fn semicolons<'de, D: Deserializer<'de>>(cell: D) -> Result<Vec<String>, D::Error> {
    let cell = String::deserialize(cell)?;
    Ok(cell.split(';').filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

fn patterns<'de, D: Deserializer<'de>>(cell: D) -> Result<Patterns, D::Error> {
    Ok(Patterns::new(&String::deserialize(cell)?))
}
