//! The storage that all tabs of the origin share. A write compares and replaces in one step, as IndexedDB does.

use std::collections::BTreeMap;

use oxidc_core::effect::{Area, Failure};

/// How a storage behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// It works.
    #[default]
    None,
    /// Nothing can be written; reading and removing work.
    Full,
    /// Nothing works: the site's data is blocked.
    Refuses,
}

/// The records of the origin.
#[derive(Debug, Default)]
pub struct Storage {
    session: Compartment,
    device: Compartment,
    /// What was written last, as far as tabs said so to each other.
    pub(crate) marks: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Compartment {
    records: BTreeMap<String, String>,
    fault: Fault,
    faulted: bool,
}

/// What became of a write.
pub(crate) enum Written {
    Done { before: Option<String> },
    Stands(Option<String>),
}

impl Storage {
    /// Breaks or repairs an area.
    pub fn set_fault(&mut self, area: Area, fault: Fault) {
        let compartment = self.compartment_mut(area);
        compartment.fault = fault;
        compartment.faulted |= fault != Fault::None;
    }

    /// Whether the story ever broke the area or changed its records behind the tabs' backs.
    #[must_use]
    pub fn was_tampered_with(&self, area: Area) -> bool {
        self.compartment(area).faulted
    }

    /// Every record of an area.
    #[must_use]
    pub fn records(&self, area: Area) -> &BTreeMap<String, String> {
        &self.compartment(area).records
    }

    /// Puts a record there, as another program or a later version would.
    pub fn put(&mut self, area: Area, key: &str, value: impl Into<String>) {
        let compartment = self.compartment_mut(area);
        compartment.faulted = true;
        compartment.records.insert(key.into(), value.into());
    }

    /// Deletes every record, as a browser does that was told to forget the site.
    pub fn clear(&mut self) {
        self.marks.clear();
        for area in [Area::Session, Area::Device] {
            let compartment = self.compartment_mut(area);
            compartment.faulted = true;
            compartment.records.clear();
        }
    }

    pub(crate) fn load(&self, area: Area, key: &str) -> Result<Option<String>, Failure> {
        let compartment = self.compartment(area);
        match compartment.fault {
            Fault::Refuses => Err(Failure::Denied),
            Fault::None | Fault::Full => Ok(compartment.records.get(key).cloned()),
        }
    }

    pub(crate) fn swap(&mut self, area: Area, key: &str, expected: Option<&str>, value: Option<&str>) -> Result<Written, Failure> {
        let compartment = self.compartment_mut(area);
        match compartment.fault {
            Fault::Refuses => return Err(Failure::Denied),
            Fault::Full if value.is_some() => return Err(Failure::Quota),
            Fault::None | Fault::Full => (),
        }
        let stands = compartment.records.get(key).cloned();
        if stands.as_deref() != expected {
            return Ok(Written::Stands(stands));
        }
        match value {
            Some(value) => compartment.records.insert(key.into(), value.into()),
            None => compartment.records.remove(key),
        };
        Ok(Written::Done { before: stands })
    }

    fn compartment(&self, area: Area) -> &Compartment {
        match area {
            Area::Session => &self.session,
            Area::Device => &self.device,
        }
    }

    fn compartment_mut(&mut self, area: Area) -> &mut Compartment {
        match area {
            Area::Session => &mut self.session,
            Area::Device => &mut self.device,
        }
    }
}
