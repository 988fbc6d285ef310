using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Herald.Client;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>Makes events, and keeps each by its id, so that it can be published again.</summary>
internal sealed class EventMaker
{
    private readonly ConcurrentDictionary<string, (string Key, string Payload)> _made = [];
    private int _last;

    /// <summary>Most events are small. Some take several sectors, and some more than the journal writes ahead.</summary>
    public string Make(string key, Random random)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"e{Interlocked.Increment(ref _last)}");
        var length = random.Next(100) switch
        {
            0 => random.Next(200_000),
            < 6 => random.Next(30_000),
            _ => random.Next(900),
        };
        _made[id] = (key, $$"""{"id":"{{id}}","filling":"{{new string((char)('a' + random.Next(26)), length)}}"}""");
        return id;
    }

    public NewEvent Single(string id) => new() { Id = id, Key = _made[id].Key, Payload = _made[id].Payload };

    public ReadOnlyMemory<byte> Lines(IEnumerable<string> ids)
    {
        var lines = new StringBuilder();
        foreach (var id in ids)
        {
            var (key, payload) = _made[id];
            lines.Append(CultureInfo.InvariantCulture, $$"""{"id":"{{id}}","key":"{{key}}","payload":{{payload}}}""").Append('\n');
        }
        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
