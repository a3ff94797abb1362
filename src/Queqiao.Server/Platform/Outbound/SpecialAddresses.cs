using System.Net;
using System.Net.Sockets;

namespace Queqiao.Server.Platform.Outbound;

/// <summary>
/// Addresses that are not the open internet: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates),
/// multicast and reserved space. Of IPv6 only 2000::/3 is given out, so everything else is special without a list.
/// </summary>
internal static class SpecialAddresses
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8",            // this network
            "10.0.0.0/8",           // private
            "100.64.0.0/10",        // carriers' shared space; a cloud's metadata service too (100.100.100.200)
            "127.0.0.0/8",          // loopback
            "168.63.129.16/32",     // a cloud's host agent, reachable only from its guests
            "169.254.0.0/16",       // link local, most clouds' metadata services
            "172.16.0.0/12",        // private
            "192.0.0.0/24",         // protocol assignments; a cloud's metadata service too (192.0.0.192)
            "192.0.2.0/24",         // documentation
            "192.31.196.0/24",      // AS112
            "192.52.193.0/24",      // AMT
            "192.88.99.0/24",       // 6to4 relays
            "192.168.0.0/16",       // private
            "192.175.48.0/24",      // AS112
            "198.18.0.0/15",        // benchmarks
            "198.51.100.0/24",      // documentation
            "203.0.113.0/24",       // documentation
            "224.0.0.0/4",          // multicast
            "240.0.0.0/4",          // reserved, broadcast
            "2001::/23",            // protocol assignments: Teredo, benchmarks, ORCHID …
            "2001:db8::/32",        // documentation
            "2002::/16",            // 6to4: carries an IPv4 address
            "2620:4f:8000::/48",    // AS112
            "3fff::/20",            // documentation
        }.Select(text => IPNetwork.Parse(text)),
    ];

    private static readonly IPNetwork GivenOut = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True for addresses that requests on somebody's behalf must not reach.</summary>
    public static bool Contains(IPAddress address)
    {
        var plain = Plain(address);
        return (plain.AddressFamily == AddressFamily.InterNetworkV6 && !GivenOut.Contains(plain))
            || Array.Exists(Special, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>
    /// The IPv4 address inside ::ffff:a.b.c.d, and inside 64:ff9b::a.b.c.d (RFC 6052), which is how a network with NAT64 shows every
    /// IPv4 host; any other address as it is.
    /// </summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && Nat64.Contains(address)
            ? new IPAddress(address.GetAddressBytes().AsSpan(12))
            : address;
    }
}
