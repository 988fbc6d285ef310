using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Herald.TestKit.Receivers;

/// <summary>A self-signed certificate. No client trusts it by default.</summary>
public static class TestCertificate
{
    /// <summary>For 127.0.0.1 and localhost.</summary>
    public static X509Certificate2 Create() => For("localhost", IPAddress.Loopback);

    public static X509Certificate2 For(string name, params IPAddress[] addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses)
            names.AddIpAddress(address);
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
