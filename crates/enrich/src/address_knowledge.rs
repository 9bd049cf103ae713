//! What is known of addresses: place, network, and the lists they are on.

use std::error::Error;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use audit_event::{Network, Place};

use crate::address_list::{AddressListError, AddressRanges, read_address_list};
use crate::database::{AsnDatabase, CityDatabase, Location};
use crate::enricher::EnricherSettings;
use crate::reload::{Files, Report, Watched, Watcher};

/// Databases and lists, kept up to date.
#[derive(Debug)]
pub(crate) struct AddressKnowledge {
    city: Option<Arc<Watched<CityDatabase>>>,
    asn: Option<Arc<Watched<AsnDatabase>>>,
    lists: Vec<(String, Arc<Watched<AddressRanges>>)>,
    /// Ends with us.
    _watcher: Option<Watcher>,
}

/// The versions in use for one event.
pub(crate) struct Sources<'a> {
    city: Option<Arc<CityDatabase>>,
    asn: Option<Arc<AsnDatabase>>,
    lists: Vec<(&'a str, Arc<AddressRanges>)>,
}

/// What is known of one address.
#[derive(Default)]
pub(crate) struct Known<'a> {
    pub(crate) place: Option<Place<'a>>,
    pub(crate) location: Option<Location>,
    pub(crate) network: Option<Network<'a>>,
    pub(crate) lists: Vec<&'a str>,
}

impl AddressKnowledge {
    /// Opens what is configured. What cannot be used goes to `report`, and is looked at again when it is replaced.
    pub(crate) fn open(settings: &EnricherSettings, report: &dyn Fn(String), on_reload: Report) -> Self {
        let mut files = Files::default();
        let city = settings.city_database.as_deref().map(|path| {
            open("MaxmindCityDBPath".to_owned(), path, CityDatabase::open, "events have no place", &mut files, report)
        });
        let asn = settings.asn_database.as_deref().map(|path| {
            open(
                "MaxmindASNDBPath".to_owned(),
                path,
                AsnDatabase::open,
                "events have no gitlab.asn",
                &mut files,
                report,
            )
        });
        let list = |(name, path): &(String, std::path::PathBuf)| {
            let key = format!("AddressLists: {name}");
            let read = |path: &Path| -> Result<AddressRanges, AddressListError> { read_address_list(path) };
            (name.clone(), open(key, path, read, "no address is on it", &mut files, report))
        };
        let lists = settings.address_lists.iter().map(list).collect();
        let watcher = Watcher::start(files, on_reload)
            .inspect_err(|error| report(format!("no thread to watch databases and lists: {error}; they are read once")))
            .ok();
        Self { city, asn, lists, _watcher: watcher }
    }

    pub(crate) fn sources(&self) -> Sources<'_> {
        let lists = self.lists.iter().filter_map(|(name, watched)| Some((name.as_str(), watched.content()?)));
        Sources {
            city: self.city.as_ref().and_then(|city| city.content()),
            asn: self.asn.as_ref().and_then(|asn| asn.content()),
            lists: lists.collect(),
        }
    }
}

fn open<T: Send + Sync + 'static, E: Error + Send + Sync + 'static>(
    key: String,
    path: &Path,
    read: impl Fn(&Path) -> Result<T, E> + Send + Sync + 'static,
    consequence: &str,
    files: &mut Files,
    report: &dyn Fn(String),
) -> Arc<Watched<T>> {
    let (watched, result) = Watched::open(path.to_owned(), read);
    if let Err(error) = result {
        report(format!("{key}: {error}; {consequence}"));
    }
    files.add(key, &watched);
    watched
}

impl Sources<'_> {
    pub(crate) fn know(&self, address: IpAddr) -> Known<'_> {
        let place = self.city.as_ref().and_then(|city| city.place(address));
        Known {
            place: place.map(|found| found.place),
            location: place.and_then(|found| found.location),
            network: self.asn.as_ref().and_then(|asn| asn.network(address)),
            lists: self.lists.iter().filter(|(_, list)| list.contains(address)).map(|(name, _)| *name).collect(),
        }
    }
}
