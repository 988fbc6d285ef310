using System.Globalization;
using System.Text;
using Herald.Contracts.Sources;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Sources;

/// <summary>Numbered messages to a stream, over some keys in turn.</summary>
internal static class Traffic
{
    public const int Keys = 7;

    private static CancellationToken End => TestConnection.End;

    /// <summary>Makes the stream, and publishes to it as fast as it goes.</summary>
    public static async Task FillAsync(ClusterConnection connection, string stream, int count)
    {
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(10));
        await client.EnsureStreamAsync(new(stream, [$"{stream}.*"]), End);
        for (var i = 1; i <= count; i++)
            await connection.PublishAsync(Numbered(stream, i), End);
        await connection.FlushAsync(End);
    }

    /// <summary>One after the other, each as often as it takes.</summary>
    public static async Task PublishAsync(ClusterConnection connection, string stream, int from, int last)
    {
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(2));
        for (var i = from; i <= last; i++)
            await Until.HoldsAsync(() => TryAsync(client, Numbered(stream, i)), "it is taken");
    }

    /// <summary>Whoever got them got each once, and those of a key in the order of the stream.</summary>
    public static void AssertInOrder(Receiver receiver, string stream, int count)
    {
        for (var key = 0; key < Keys; key++)
            Assert.Equal(Enumerable.Range(1, count).Where(i => i % Keys == key).Select(Text), receiver.PayloadsOf($"{stream}.{Text(key)}"));
    }

    private static OutgoingMessage Numbered(string stream, int i) => new($"{stream}.{Text(i % Keys)}", Encoding.ASCII.GetBytes(Text(i)))
    {
        Headers = new() { ["Nats-Msg-Id"] = $"{stream}-{Text(i)}" },
    };

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> TryAsync(JetStreamClient client, OutgoingMessage message)
    {
        try
        {
            await client.PublishAsync(message, End);
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }
}
