using System.Collections.Frozen;

namespace Herald.Engine.Channels;

/// <summary>The channels of this node by URI scheme. Two channels for one scheme are refused at start.</summary>
public sealed class ChannelSet
{
    private readonly FrozenDictionary<string, IChannel> _byScheme;

    public ChannelSet(IEnumerable<IChannel> channels)
    {
        var all = new Dictionary<string, IChannel>(StringComparer.OrdinalIgnoreCase);
        foreach (var channel in channels)
        {
            foreach (var scheme in channel.Schemes)
            {
                if (!all.TryAdd(scheme, channel))
                    throw new ArgumentException(
                        $"Two channels serve the scheme '{scheme}': {all[scheme].GetType().Name} and {channel.GetType().Name}.");
            }
        }
        _byScheme = all.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Schemes = [.. all.Keys.Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Schemes { get; }

    public IChannel? Find(Uri endpoint) => _byScheme.GetValueOrDefault(endpoint.Scheme);
}
