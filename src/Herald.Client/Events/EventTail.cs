using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Herald.Client;

/// <summary>
/// The events of a topic as they are accepted. It has every event since it was opened. It ends when the server stops; a connection that is
/// cut is an <see cref="IOException"/>. It can be read once.
/// </summary>
public sealed class EventTail : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    internal EventTail(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new StreamReader(body));

    /// <exception cref="InvalidDataException">A line is not an event.</exception>
    public async IAsyncEnumerable<HeraldEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (var line in ReadLinesAsync(cancel))
            yield return Parse(line);
    }

    /// <summary>The events as they came, one JSON object per line.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (await _lines.ReadLineAsync(cancel) is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }

    private static HeraldEvent Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ClientJson.Default.HeraldEvent)
                ?? throw new InvalidDataException("A line of the tail is null.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"A line of the tail is not an event: {broken.Message}", broken);
        }
    }
}
