//! The Lamport clock that names writes (MERGE.md §2 rule 4, §8).

use dss_model::{Dot, Entity, ReplicaId, Seen};

use crate::{Integrity, WriteError};

/// One copy's Lamport clock: one counter for all entities, at least every counter ever seen.
///
/// The caller stores `counter` and `issued` and gives them back next time. A dot must be issued
/// once: who copies or restores a store gives the copy a new replica id (MERGE.md §7).
///
/// ```
/// use dss_merge::Clock;
/// use dss_model::{Dot, ReplicaId};
///
/// let replica = ReplicaId::from_bytes([7; 16]);
/// let mut clock = Clock::new(replica, 4);
/// clock.observe(9);
/// assert_eq!(clock.tick()?, Dot { counter: 10, replica });
/// assert_eq!((clock.counter(), clock.issued()), (10, 10));
/// # Ok::<(), dss_merge::WriteError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    replica: ReplicaId,
    counter: u64,
    issued: u64,
}

impl Clock {
    /// The clock of `replica`, which has seen counters up to `counter` and issued none yet.
    pub const fn new(replica: ReplicaId, counter: u64) -> Self {
        Self { replica, counter, issued: 0 }
    }

    /// Sets the highest counter that was issued under this replica id, as stored.
    #[must_use]
    pub fn with_issued(mut self, issued: u64) -> Self {
        self.issued = issued;
        self.counter = self.counter.max(issued);
        self
    }

    /// The copy whose clock this is.
    pub const fn replica(&self) -> ReplicaId {
        self.replica
    }

    /// The highest counter seen or issued.
    pub const fn counter(&self) -> u64 {
        self.counter
    }

    /// The highest counter issued under this replica id, 0 if none.
    pub const fn issued(&self) -> u64 {
        self.issued
    }

    /// Takes note of a counter, such as an archive's high-water mark.
    pub fn observe(&mut self, counter: u64) {
        self.counter = self.counter.max(counter);
    }

    /// Takes note of every counter that `entity` has seen.
    pub fn observe_entity(&mut self, entity: &Entity) {
        entity.seen().iter().for_each(|dot| self.observe(dot.counter));
    }

    /// Names the next write.
    ///
    /// # Errors
    /// [`WriteError::ClockExhausted`] if the counter would leave the range that JSON numbers carry
    /// exactly (2^53 - 1). The clock is unchanged then.
    pub fn tick(&mut self) -> Result<Dot, WriteError> {
        let next = self.counter.saturating_add(1);
        if next > Dot::COUNTER_MAX {
            return Err(WriteError::ClockExhausted);
        }
        self.counter = next;
        self.issued = next;
        Ok(Dot { counter: next, replica: self.replica })
    }

    /// Refuses knowledge of writes that this copy is said to have made and never issued: its
    /// replica id is in use elsewhere (MERGE.md §7.3). To be asked before anything is joined.
    ///
    /// # Errors
    /// [`Integrity::OwnIdAhead`]; the way out is a new replica id and [`rebase_identity`](crate::rebase_identity).
    pub fn check_own(&self, seen: &Seen) -> Result<(), Integrity> {
        let claimed = seen.get(self.replica);
        if claimed > self.issued {
            return Err(Integrity::OwnIdAhead { replica: self.replica, issued: self.issued, claimed });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLICA: ReplicaId = ReplicaId::from_bytes([1; 16]);

    #[test]
    fn counters_end_where_json_numbers_do() {
        let mut clock = Clock::new(REPLICA, Dot::COUNTER_MAX - 1);
        assert_eq!(clock.tick().map(|dot| dot.counter), Ok(Dot::COUNTER_MAX));
        assert_eq!(clock.tick(), Err(WriteError::ClockExhausted));
        assert_eq!(clock.counter(), Dot::COUNTER_MAX);
        clock.observe(u64::MAX);
        assert_eq!(clock.tick(), Err(WriteError::ClockExhausted));
    }

    #[test]
    fn observing_never_goes_back() {
        let mut clock = Clock::new(REPLICA, 5);
        clock.observe(3);
        assert_eq!((clock.counter(), clock.issued()), (5, 0));
        assert_eq!(Clock::new(REPLICA, 2).with_issued(4).counter(), 4);
        assert_eq!(Clock::new(REPLICA, 6).with_issued(4).counter(), 6);
    }

    #[test]
    fn a_clone_is_noticed() {
        let clock = Clock::new(REPLICA, 9).with_issued(4);
        let seen = |counter| [Dot { counter, replica: REPLICA }].into_iter().collect::<Seen>();
        assert_eq!(clock.check_own(&seen(4)), Ok(()));
        let ahead = Integrity::OwnIdAhead { replica: REPLICA, issued: 4, claimed: 5 };
        assert_eq!(clock.check_own(&seen(5)), Err(ahead));
        assert_eq!(clock.check_own(&Seen::new()), Ok(()));
    }
}
