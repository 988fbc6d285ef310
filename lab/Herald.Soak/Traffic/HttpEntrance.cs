using System.Text;
using Herald.Client;

namespace Herald.Soak.Traffic;

/// <summary>Publishes over HTTP, at each node in turn.</summary>
internal sealed class HttpEntrance(Func<HeraldClient> client, TimeProvider time) : IEntrance
{
    private readonly EventPublisher _publisher = new(client, Topics.Http, TimeSpan.MaxValue, time);

    public string Topic => Topics.Http;

    public async Task SendAsync(IReadOnlyList<Tale> tales, CancellationToken cancel)
    {
        var reply = await _publisher.SendAsync(Encoding.UTF8.GetBytes(string.Concat(tales.Select(tale => $"{tale.Line}\n"))), cancel);
        if (reply.Status != 202)
            throw new SoakException(8, $"Herald did not accept a batch of {tales.Count} events: {string.Join(' ', reply.ProblemLines())}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
