using System.Collections.Concurrent;
using Herald.Client;
using Herald.Lab.Notifications;

namespace Herald.Lab.Demos.Notifications;

/// <summary>
/// The notifications of a run, each posted twice: once in its turn, and once more some time later. A post without an answer is sent again.
/// </summary>
internal sealed class DemoPosts(NotificationPoster poster, MessageProviders providers, NotificationsDemoOptions options, TimeProvider time)
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Tact = TimeSpan.FromMilliseconds(20);

    private readonly Guid[] _uuids = [.. Enumerable.Range(0, options.Count).Select(_ => Guid.NewGuid())];
    private readonly ConcurrentDictionary<Guid, int> _answers = new();
    private int _posted;

    /// <summary>The notifications of which at least one post was answered as taken.</summary>
    public int Accepted => _answers.Count;

    /// <summary>The posts that were answered as taken; two for each notification.</summary>
    public int Posted => Volatile.Read(ref _posted);

    public IReadOnlyCollection<Guid> AcceptedUuids => [.. _answers.Keys];

    public string DestinationOf(int number) => providers.All[number % providers.All.Count].Destination;

    /// <summary>How many of a destination were accepted.</summary>
    public int AcceptedOf(string destination) =>
        _uuids.Where((uuid, number) => DestinationOf(number) == destination && _answers.ContainsKey(uuid)).Count();

    /// <exception cref="DemoLoadException">The server refuses a post.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        // The second posts follow half of a run later, so that some come after the kill.
        var order = Enumerable.Range(0, options.Count).Select(number => (At: (double)number, number))
            .Concat(Enumerable.Range(0, options.Count).Select(number => (At: number + (options.Count / 2.0), number)))
            .OrderBy(one => one.At).Select(one => one.number).ToArray();
        var began = time.GetTimestamp();
        for (var at = 0; at < order.Length;)
        {
            var due = Math.Min(order.Length, (int)(order.Length * (time.GetElapsedTime(began) / options.Load)) + 1);
            if (due <= at)
            {
                await Task.Delay(Tact, time, cancel);
                continue;
            }
            var end = Math.Min(due, at + AtOnce);
            await PostAsync(order[at..end], cancel);
            at = end;
        }
    }

    private async Task PostAsync(int[] numbers, CancellationToken cancel)
    {
        NewNotification[] posts = [.. numbers.Select(number => new NewNotification
        {
            Uuid = _uuids[number],
            Destination = DestinationOf(number),
            To = providers.RecipientOf(DestinationOf(number), number),
            Txt = $"The story of {_uuids[number]:D}",
        })];
        var reply = await poster.SendAsync(posts, cancel);
        if (reply.Value is not { Refused: 0 })
            throw new DemoLoadException($"Posts were refused: {string.Join(' ', reply.ProblemLines())} {reply.Text}");
        foreach (var post in posts)
            _answers.AddOrUpdate(post.Uuid, 1, (_, count) => count + 1);
        Interlocked.Add(ref _posted, posts.Length);
    }
}
