namespace Herald.Engine.Events;

/// <summary>
/// The hashes by which two things are one: SipHash with the secret of the store, so that no publisher can make what is taken for another's.
/// Part of the file format. Each begins with a word that tells what is hashed and how long its parts are: no two inputs have the same bytes.
/// </summary>
/// <param name="secret">Drawn when the store is created; nobody outside is told of it, or of a hash made with it.</param>
public sealed class IdentityHash(UInt128 secret)
{
    /// <summary>A lane's name: of a topic and a key.</summary>
    public ulong OfKey(int topic, ReadOnlySpan<byte> key) => Short(Kind.Key, key, topic);

    /// <summary>The name of the lane that an event without a key is for itself.</summary>
    public ulong OfKeyless(int topic, ReadOnlySpan<byte> id) => Short(Kind.Keyless, id, topic);

    public ulong OfId(ReadOnlySpan<byte> id) => Short(Kind.Id, id, 0);

    /// <param name="attributes">As they lie in the record, in their order.</param>
    public UInt128 OfRoute(ReadOnlySpan<byte> type, ReadOnlySpan<byte> attributes)
    {
        var hash = SipHash.Wide(secret);
        hash.Add(Head(Kind.Route, type.Length, attributes.Length));
        hash.Add(type);
        hash.Add(attributes);
        return hash.EndWide(0, 8 + SipHash.Padded(type.Length) + SipHash.Padded(attributes.Length));
    }

    /// <summary>How an addressed event names its subscription.</summary>
    public UInt128 OfAddress(ReadOnlySpan<byte> subscription)
    {
        var hash = SipHash.Wide(secret);
        hash.Add(Head(Kind.Address, subscription.Length, 0));
        hash.Add(subscription);
        return hash.EndWide(0, 8 + SipHash.Padded(subscription.Length));
    }

    /// <summary>A value of an application.</summary>
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

    // 8 bits, 24 and 32: no text is as long as 16 MiB.
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
