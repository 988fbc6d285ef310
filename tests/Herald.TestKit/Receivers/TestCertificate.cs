using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Herald.TestKit.Receivers;

/// <summary>A self-signed certificate. No client trusts it by default.</summary>
public static class TestCertificate
{
    /// <summary>For 127.0.0.1 and localhost.</summary>
    public static X509Certificate2 Create() => For("localhost", IPAddress.Loopback);

    /// <summary>For 127.0.0.1 and localhost, and only for this purpose.</summary>
    /// <param name="purpose">The number (OID) of an extended key usage.</param>
    public static X509Certificate2 OnlyFor(string purpose) => Sign("localhost", [IPAddress.Loopback], purpose);

    public static X509Certificate2 For(string name, params IPAddress[] addresses) => Sign(name, addresses, null);

    private static X509Certificate2 Sign(string name, IPAddress[] addresses, string? purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses)
            names.AddIpAddress(address);
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        if (purpose is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
