//! The lists of all files, each with the items to put in its place, and whether anything mentions it.

use std::collections::HashSet;

use crate::rules_file::{Definitions, ListItem};
use crate::{ListText, MAX_CONDITION_BYTES};

/// Lists ready to be put into conditions.
#[derive(Debug)]
pub(super) struct Lists {
    lists: Vec<List>,
}

#[derive(Debug)]
struct List {
    name: String,
    items: Vec<String>,
    is_used: bool,
}

impl Lists {
    /// Puts into each list the lists it names that first appeared before its last change, one level deep as Falco does.
    pub(super) fn new(definitions: &Definitions<ListItem>) -> Self {
        let mut used = HashSet::new();
        let mut lists = Vec::new();
        // Lists of long lists could grow without limit: more than fits into a condition is of no use.
        let mut room = MAX_CONDITION_BYTES * 8;
        for definition in definitions.iter() {
            let mut items = Vec::new();
            for item in &definition.item.items {
                match definitions.get(item).filter(|named| named.first < definition.last) {
                    Some(named) => {
                        used.insert(item.as_str());
                        let size = named.item.items.iter().map(|item| item.len() + 1).sum();
                        room = room.saturating_sub(size);
                        if room > 0 {
                            items.extend(named.item.items.iter().cloned());
                        }
                    }
                    None => items.push(item.clone()),
                }
            }
            lists.push(List { name: definition.item.name.clone(), items, is_used: false });
        }
        for list in &mut lists {
            list.is_used = used.contains(list.name.as_str());
        }
        Self { lists }
    }

    /// A condition with items in the place of names, one list after the other.
    pub(super) fn put_into(&mut self, condition: &str) -> ListText {
        let mut text = ListText::new(condition);
        for list in &mut self.lists {
            list.is_used |= text.put_in(&list.name, &list.items);
        }
        text
    }

    /// Does nothing mention the list?
    pub(super) fn is_unused(&self, index: usize) -> bool {
        !self.lists[index].is_used
    }
}
