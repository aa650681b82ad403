//! The host's network interfaces.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Kernel;
use crate::{Errno, Result};

/// One address of one interface that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceAddress {
    pub name: Vec<u8>,
    pub address: IpAddr,
    pub netmask: IpAddr,
    /// The hardware address; zeros when there is none.
    pub mac: [u8; 6],
    /// Whether it is the loopback interface.
    pub internal: bool,
    /// The scope of an IPv6 address, else 0.
    pub scope_id: u32,
}

impl Kernel {
    /// All addresses of interfaces that are up and running; none without a look at the host.
    pub fn network_interfaces(&self) -> Result<Vec<InterfaceAddress>> {
        if !self.policy.grants_host_information() {
            return Ok(Vec::new());
        }
        let list = List::get()?;
        let mut macs: Vec<(Vec<u8>, [u8; 6])> = Vec::new();
        let mut addresses = Vec::new();
        let mut at = list.0;
        while !at.is_null() {
            // SAFETY: `at` is a node of the list, which lives until `list` is dropped.
            let node = unsafe { &*at };
            at = node.ifa_next;
            let up = (libc::IFF_UP | libc::IFF_RUNNING) as u32;
            if node.ifa_flags & up != up || node.ifa_addr.is_null() {
                continue;
            }
            // SAFETY: the list's names are C strings that live as long as it.
            let name = unsafe { std::ffi::CStr::from_ptr(node.ifa_name) }.to_bytes().to_vec();
            // SAFETY: a non-null address starts with its family.
            if i32::from(unsafe { (*node.ifa_addr).sa_family }) == libc::AF_PACKET {
                // SAFETY: an AF_PACKET address is a `sockaddr_ll`; it may be unaligned, hence the copy.
                let link = unsafe { node.ifa_addr.cast::<libc::sockaddr_ll>().read_unaligned() };
                let mut mac = [0; 6];
                mac.copy_from_slice(&link.sll_addr[..6]);
                macs.push((name, mac));
                continue;
            }
            // SAFETY: the pointers are null or sockets addresses of the list, of the family they say.
            let (address, netmask) = unsafe { (ip(node.ifa_addr), ip(node.ifa_netmask)) };
            let (Some((address, scope_id)), Some((netmask, _))) = (address, netmask) else {
                continue;
            };
            let internal = node.ifa_flags & libc::IFF_LOOPBACK as u32 != 0;
            addresses.push(InterfaceAddress { name, address, netmask, mac: [0; 6], internal, scope_id });
        }
        for address in &mut addresses {
            if let Some((_, mac)) = macs.iter().find(|(name, _)| *name == address.name) {
                address.mac = *mac;
            }
        }
        Ok(addresses)
    }
}

impl Kernel {
    /// The number of an interface, by name; `None` for none or without a look at the host.
    pub fn interface_index(&self, name: &[u8]) -> Option<u32> {
        let name = std::ffi::CString::new(name).ok().filter(|_| self.policy.grants_host_information())?;
        // SAFETY: a C string that lives for the call.
        Some(unsafe { libc::if_nametoindex(name.as_ptr()) }).filter(|&index| index != 0)
    }

    /// The name of an interface, by number; `None` for none or without a look at the host.
    pub fn interface_name(&self, index: u32) -> Option<Vec<u8>> {
        if !self.policy.grants_host_information() {
            return None;
        }
        let mut name = [0u8; libc::IF_NAMESIZE];
        // SAFETY: the buffer has the size that the call asks for, and is terminated by it.
        if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
            return None;
        }
        name.split(|&byte| byte == 0).next().map(<[u8]>::to_vec)
    }
}

/// The C library's list, freed when dropped.
struct List(*mut libc::ifaddrs);

impl List {
    fn get() -> Result<List> {
        let mut head = std::ptr::null_mut();
        // SAFETY: the pointer is to a live local, which the call fills.
        if unsafe { libc::getifaddrs(&mut head) } != 0 {
            return Err(Errno::last());
        }
        Ok(List(head))
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: the list came from `getifaddrs` and is freed once.
        unsafe { libc::freeifaddrs(self.0) }
    }
}

/// The IP address and scope in a socket address of another family's size.
///
/// # Safety
///
/// `address` is null or points to a socket address as large as its family's.
unsafe fn ip(address: *const libc::sockaddr) -> Option<(IpAddr, u32)> {
    if address.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; every socket address starts with its family.
    match i32::from(unsafe { (*address).sa_family }) {
        libc::AF_INET => {
            // SAFETY: the family says it is a `sockaddr_in`.
            let v4 = unsafe { address.cast::<libc::sockaddr_in>().read_unaligned() };
            Some((Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)).into(), 0))
        }
        libc::AF_INET6 => {
            // SAFETY: the family says it is a `sockaddr_in6`.
            let v6 = unsafe { address.cast::<libc::sockaddr_in6>().read_unaligned() };
            Some((Ipv6Addr::from(v6.sin6_addr.s6_addr).into(), v6.sin6_scope_id))
        }
        _ => None,
    }
}
