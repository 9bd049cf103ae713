//! The lists of all files, each with the items to put in its place, and whether anything mentions it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::condition::words;
use crate::rules_file::{Definitions, ListItem};
use crate::{ListText, MAX_CONDITION_BYTES};

/// Lists ready to be put into conditions.
#[derive(Debug)]
pub(super) struct Lists {
    in_order: Vec<List>,
    by_name: HashMap<String, usize>,
    /// Lists whose names are not one word: they are looked for in every condition.
    without_word: Vec<usize>,
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
        let by_name = lists.iter().enumerate().map(|(index, list)| (list.name.clone(), index)).collect();
        let is_word = |list: &List| words(&list.name).eq([list.name.as_str()]);
        let without_word = (0..lists.len()).filter(|&index| !is_word(&lists[index])).collect();
        Self { in_order: lists, by_name, without_word }
    }

    /// A condition with items in the place of names, one list after the other.
    ///
    /// Only lists that the condition names are looked for, and behind each those that its items name.
    pub(super) fn put_into(&mut self, condition: &str) -> ListText {
        let mut text = ListText::new(condition);
        let named = words(condition).filter_map(|word| self.by_name.get(word));
        let mut waiting: BTreeSet<usize> = self.without_word.iter().chain(named).copied().collect();
        while let Some(index) = waiting.pop_first() {
            let list = &mut self.in_order[index];
            if text.put_in(&list.name, &list.items) {
                list.is_used = true;
                let named = list.items.iter().flat_map(|item| words(item)).filter_map(|word| self.by_name.get(word));
                waiting.extend(named.filter(|&&named| named > index));
            }
        }
        text
    }

    /// Does nothing mention the list?
    pub(super) fn is_unused(&self, index: usize) -> bool {
        !self.in_order[index].is_used
    }
}
