using System.Net;

namespace Herald.Outbound.Tests;

public sealed class AddressGuardTests
{
    private static readonly AddressGuard Guard = new([]);

    /// <summary>The first and last address of each refused range, and the addresses next to it, each with whether it is allowed.</summary>
    public static TheoryData<string, string, string, bool, string, bool> Ranges => new()
    {
        // first, last, before, before allowed?, after, after allowed?
        { "0.0.0.0", "0.255.255.255", "", false, "1.0.0.0", true },
        { "10.0.0.0", "10.255.255.255", "9.255.255.255", true, "11.0.0.0", true },
        { "100.64.0.0", "100.127.255.255", "100.63.255.255", true, "100.128.0.0", true },
        { "127.0.0.0", "127.255.255.255", "126.255.255.255", true, "128.0.0.0", true },
        { "168.63.129.16", "168.63.129.16", "168.63.129.15", true, "168.63.129.17", true },
        { "169.254.0.0", "169.254.255.255", "169.253.255.255", true, "169.255.0.0", true },
        { "172.16.0.0", "172.31.255.255", "172.15.255.255", true, "172.32.0.0", true },
        { "192.0.0.0", "192.0.0.255", "191.255.255.255", true, "192.0.1.0", true },
        { "192.0.2.0", "192.0.2.255", "192.0.1.255", true, "192.0.3.0", true },
        { "192.88.99.0", "192.88.99.255", "192.88.98.255", true, "192.88.100.0", true },
        { "192.168.0.0", "192.168.255.255", "192.167.255.255", true, "192.169.0.0", true },
        { "198.18.0.0", "198.19.255.255", "198.17.255.255", true, "198.20.0.0", true },
        { "198.51.100.0", "198.51.100.255", "198.51.99.255", true, "198.51.101.0", true },
        { "203.0.113.0", "203.0.113.255", "203.0.112.255", true, "203.0.114.0", true },
        { "224.0.0.0", "239.255.255.255", "223.255.255.255", true, "240.0.0.0", false },
        { "240.0.0.0", "255.255.255.255", "239.255.255.255", false, "", false },
        { "::", "::", "", false, "::1", false },
        { "::1", "::1", "::", false, "::2", false },
        { "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", false, "64:ff9b::1:0:0", false },
        { "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", false, "64:ff9b:2::", false },
        { "::2:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", false, "2000::", true },
        { "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true, "2001:1::", true },
        { "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", true, "2001:db9::", true },
        { "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true, "2003::", true },
        { "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true, "3fff:1000::", true },
        { "4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true, "", false },
        { "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, "fe00::", false },
        { "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, "fec0::", false },
        { "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, "ff00::", false },
        { "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, "", false },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Each_range_is_refused_from_its_first_to_its_last_address(
        string first, string last, string before, bool beforeAllowed, string after, bool afterAllowed)
    {
        foreach (var (text, allowed) in ((string, bool)[])[(first, false), (last, false), (before, beforeAllowed), (after, afterAllowed)])
        {
            if (text.Length == 0)
                continue;
            var address = IPAddress.Parse(text);
            Assert.True(allowed == (Guard.Refuse(address) is null), $"{text}: {Guard.Refuse(address) ?? "allowed"}");
            if (address.GetAddressBytes() is not { Length: 4 } v4)
                continue;

            // The same address in its IPv6 forms.
            Assert.Equal(allowed, Guard.Refuse(address.MapToIPv6()) is null);
            if (v4[0] != 0)
                Assert.Equal(allowed, Guard.Refuse(new IPAddress((byte[])[.. new byte[12], .. v4])) is null);
        }
    }

    [Theory]
    [InlineData("fe80::1%3")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:7f00:1::")]
    [InlineData("100::1")]
    [InlineData("5f00::1")]
    public void Disguises_do_not_help(string address) => Assert.NotNull(Guard.Refuse(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are_let_through(string address) => Assert.Null(Guard.Refuse(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.20.0.0", true)]
    [InlineData("10.20.255.255", true)]
    [InlineData("::ffff:10.20.1.1", true)]
    [InlineData("10.19.255.255", false)]
    [InlineData("10.21.0.0", false)]
    [InlineData("fd00::5", true)]
    [InlineData("fc00::5", false)]
    public void An_allowed_network_is_let_through_and_nothing_beside_it(string address, bool allowed)
    {
        var guard = new AddressGuard([IPNetwork.Parse("10.20.0.0/16"), IPNetwork.Parse("fd00::/8")]);
        Assert.Equal(allowed, guard.Refuse(IPAddress.Parse(address)) is null);
    }
}
