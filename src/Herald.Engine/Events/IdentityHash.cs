namespace Herald.Engine.Events;

/// <summary>
/// Hashes that decide whether two things are the same: SipHash with the secret of the store. The secret prevents a publisher from making an
/// input with the hash of another publisher's input.
/// </summary>
/// <remarks>
/// Part of the file format. Each input begins with a word that names what is hashed and the lengths of its parts, so two different inputs
/// never give the same bytes to the hash.
/// </remarks>
/// <param name="secret">Drawn when the store is created. Neither the secret nor a hash made with it may be shown outside Herald.</param>
public sealed class IdentityHash(UInt128 secret)
{
    /// <summary>The hash that identifies the lane of a topic and a key.</summary>
    public ulong OfKey(int topic, ReadOnlySpan<byte> key) => Short(Kind.Key, key, topic);

    /// <summary>The hash that identifies the lane of an event without a key. Such an event has a lane of its own.</summary>
    public ulong OfKeyless(int topic, ReadOnlySpan<byte> id) => Short(Kind.Keyless, id, topic);

    public ulong OfId(ReadOnlySpan<byte> id) => Short(Kind.Id, id, 0);

    /// <param name="attributes">The attributes as encoded in the record, in the record's order.</param>
    public UInt128 OfRoute(ReadOnlySpan<byte> type, ReadOnlySpan<byte> attributes)
    {
        var hash = SipHash.Wide(secret);
        hash.Add(Head(Kind.Route, type.Length, attributes.Length));
        hash.Add(type);
        hash.Add(attributes);
        return hash.EndWide(0, 8 + SipHash.Padded(type.Length) + SipHash.Padded(attributes.Length));
    }

    /// <summary>The hash by which an addressed event names its subscription.</summary>
    public UInt128 OfAddress(ReadOnlySpan<byte> subscription)
    {
        var hash = SipHash.Wide(secret);
        hash.Add(Head(Kind.Address, subscription.Length, 0));
        hash.Add(subscription);
        return hash.EndWide(0, 8 + SipHash.Padded(subscription.Length));
    }

    /// <summary>The hash of one state entry of an application.</summary>
    public UInt128 OfState(int shard, ReadOnlySpan<byte> application, ReadOnlySpan<byte> key)
    {
        var hash = SipHash.Wide(secret);
        hash.Add(Head(Kind.State, application.Length, shard));
        hash.Add((ulong)key.Length);
        hash.Add(application);
        hash.Add(key);
        return hash.EndWide(0, 16 + SipHash.Padded(application.Length) + SipHash.Padded(key.Length));
    }

    private ulong Short(Kind kind, ReadOnlySpan<byte> text, int number)
    {
        var hash = SipHash.Short(secret);
        hash.Add(Head(kind, text.Length, number));
        hash.Add(text);
        return hash.EndShort(0, 8 + SipHash.Padded(text.Length));
    }

    // Kind 8 bits, length 24 bits, number 32 bits. Every hashed text is shorter than 16 MiB.
    private static ulong Head(Kind kind, int length, int number) => (ulong)kind | ((ulong)length << 8) | ((ulong)(uint)number << 32);

    private enum Kind : byte
    {
        Key = 1,
        Keyless = 2,
        Id = 3,
        Route = 4,
        Address = 5,
        State = 6,
    }
}
