using System.Security.Cryptography;
using Herald.Push.Keys;

namespace Herald.Push.Apns;

/// <summary>The key of a team of developers, from Apple's .p8 file.</summary>
internal sealed class ApnsKey(ECDsa key)
{
    public ECDsa Key => key;

    public static ApnsKey Read(byte[] content) => new(EcKeys.FromPem(content));
}
