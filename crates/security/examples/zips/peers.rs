//! Our row beside those of other readers, from `PEERS.tsv`.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::Share;
use crate::case::Case;

/// Columns that say which case it is; those after them are readers.
const CASE_COLUMNS: usize = 5;
/// The labels themselves, as a reader that is always right.
const ORACLE: &str = "oracle";

/// What one reader did.
struct Peer<'a> {
    name: &'a str,
    caught: Share,
    refused: Share,
    /// Neither simply opened nor refused: crashed, warned, gave back something else.
    otherwise: u32,
}

pub(crate) fn compare(
    out: &mut impl Write,
    table: &str,
    cases: &[Case<'_>],
    [caught, refused]: [Share; 2],
) -> io::Result<()> {
    let mut peers = peers(table, cases);
    peers.push(Peer { name: "dss-security", caught, refused, otherwise: 0 });
    peers.sort_by_key(|peer| (std::cmp::Reverse(peer.caught.count), peer.refused.count));
    writeln!(
        out,
        "\n{:<20}  {:>17}  {:>17}  {:>9}",
        "reader", "hostile refused", "honest refused", "otherwise"
    )?;
    for Peer { name, caught, refused, otherwise } in &peers {
        let share = |share: &Share| format!("{:>4}/{:<4}{:>6.1} %", share.count, share.of, share.percent());
        writeln!(out, "{name:<20}  {:>17}  {:>17}  {otherwise:>9}", share(caught), share(refused))?;
    }
    Ok(())
}

/// The readers' shares of the same cases that ours are of.
fn peers<'a>(table: &'a str, cases: &[Case<'_>]) -> Vec<Peer<'a>> {
    let cases: HashMap<&str, &Case<'_>> = cases.iter().map(|case| (case.file, case)).collect();
    let mut lines = table.lines();
    let names = lines.next().unwrap_or_default().split('\t').skip(CASE_COLUMNS);
    let peer = |name| Peer { name, caught: Share::default(), refused: Share::default(), otherwise: 0 };
    let mut peers: Vec<Peer<'a>> = names.map(peer).collect();
    for line in lines {
        let Some(case) = line.split('\t').nth(1).and_then(|file| cases.get(file)) else { continue };
        if case.is_hostile && case.is_policy {
            continue;
        }
        for (peer, did) in peers.iter_mut().zip(line.split('\t').skip(CASE_COLUMNS)) {
            let has_refused = did.eq_ignore_ascii_case("r");
            if case.is_hostile {
                peer.caught.add(has_refused)
            } else {
                peer.refused.add(has_refused)
            }
            peer.otherwise = peer.otherwise.saturating_add(u32::from(!has_refused && did != "A"));
        }
    }
    peers.retain(|peer| peer.name != ORACLE);
    peers
}
