using System.Runtime.InteropServices;
using Herald.Engine.Basics;

namespace Herald.Engine.Progress;

/// <summary>
/// For each subscription, generation and key: the sequence up to which all deliveries are settled. It takes a few bytes for each key with a
/// settled delivery, so it is cheap enough to be saved many times a second.
/// </summary>
internal sealed class SettledKeys
{
    private readonly Dictionary<(int Subscription, int Generation, ulong Key), long> _through = [];

    public int Count => _through.Count;

    public bool Covers(int subscription, int generation, ulong key, long sequence) =>
        _through.TryGetValue((subscription, generation, key), out var through) && sequence <= through;

    /// <summary>Looks at all keys of all subscriptions.</summary>
    public bool HasAny(int subscription, int generation) =>
        _through.Keys.Any(key => key.Subscription == subscription && key.Generation == generation);

    public void Settle(int subscription, int generation, ulong key, long sequence)
    {
        ref var through = ref CollectionsMarshal.GetValueRefOrAddDefault(_through, (subscription, generation, key), out _);
        through = Math.Max(through, sequence);
    }

    public void Clear() => _through.Clear();

    /// <param name="isOpen">
    /// Receives subscription, generation, key and sequence. It returns false for an entry that is no longer needed.
    /// </param>
    public void Keep(Func<int, int, ulong, long, bool> isOpen)
    {
        foreach (var ((subscription, generation, key), through) in _through)
        {
            if (!isOpen(subscription, generation, key, through))
                _through.Remove((subscription, generation, key));
        }
    }

    public void Add(SettledKeys others)
    {
        foreach (var ((subscription, generation, key), through) in others._through)
            Settle(subscription, generation, key, through);
    }

    public void Write(RecordWriter writer)
    {
        writer.Number(_through.Count);
        foreach (var ((subscription, generation, key), through) in _through)
        {
            writer.Number(subscription);
            writer.Number(generation);
            writer.Hash(key);
            writer.Number(through);
        }
    }

    /// <param name="settled">Called for each entry that is read.</param>
    public void Read(ref RecordReader reader, Action<int, int, ulong, long>? settled = null)
    {
        for (var keys = reader.Count(); keys > 0; keys--)
        {
            var (subscription, generation, key, through) = ((int)reader.Number(), (int)reader.Number(), reader.Hash(), reader.Number());
            Settle(subscription, generation, key, through);
            settled?.Invoke(subscription, generation, key, through);
        }
    }
}
