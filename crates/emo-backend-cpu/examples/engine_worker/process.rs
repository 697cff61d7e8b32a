//! What the operating system says of this process.

use std::fs;

use crate::Failure;

/// CPU time of all threads that live, as of the scheduler's last tick.
pub(crate) fn cpu_ns() -> Result<u64, Failure> {
    let mut total = 0_u64;
    for task in fs::read_dir("/proc/self/task")? {
        let times = fs::read_to_string(task?.path().join("schedstat"))?;
        let time = times.split_whitespace().next().ok_or("no CPU time")?;
        total = total.saturating_add(time.parse()?);
    }
    Ok(total)
}

/// Resident and peak memory in kB.
pub(crate) fn memory_kb() -> Result<(u64, u64), Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| -> Result<u64, Failure> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let value = line.and_then(|line| line.split_whitespace().next());
        Ok(value.ok_or_else(|| format!("no {name}"))?.parse()?)
    };
    Ok((field("VmRSS:")?, field("VmHWM:")?))
}
