using System.Collections.Concurrent;
using Herald.Client;
using Herald.Lab.Notifications;

namespace Herald.EndToEnd.Notifications;

/// <summary>Posts each of many notifications several times at once, through several connections, until each post is answered.</summary>
/// <param name="client">Called for every try: a server can be gone, and another one answer.</param>
internal sealed class PostLoad(MessageProviders providers, Func<HeraldClient> client)
{
    private const int Connections = 10, Times = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<int, int> _answers = new();

    /// <summary>How many posts were answered with each status of HTTP, other than those that were sent again.</summary>
    public IReadOnlyDictionary<int, int> Answers => _answers;

    public int Posts => _answers.Values.Sum();

    /// <summary>The uuids of one round, and the destination of each.</summary>
    public static Dictionary<Guid, string> Draw(int count, params string[] destinations) =>
        Enumerable.Range(0, count).ToDictionary(_ => Guid.NewGuid(), number => destinations[number % destinations.Length]);

    /// <summary>Completes when each post has been answered as taken.</summary>
    /// <exception cref="InvalidOperationException">A post was refused.</exception>
    public async Task RunAsync(IReadOnlyDictionary<Guid, string> uuids, Random random, CancellationToken cancel)
    {
        var posts = Enumerable.Repeat(uuids, Times).SelectMany(all => all).ToArray();
        random.Shuffle(posts);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var at && at < posts.Length)
                await PostAsync(posts[at].Key, posts[at].Value, cancel);
        }));
    }

    private async Task PostAsync(Guid uuid, string destination, CancellationToken cancel)
    {
        var post = new NewNotification
        {
            Uuid = uuid,
            Destination = destination,
            Txt = $"The story of {uuid:D}",
            To = providers.RecipientOf(destination, uuid.GetHashCode() & 0xFFFF),
        };
        while (true)
        {
            Reply<PostedNotification>? reply = null;
            try
            {
                reply = await client().Notifications.PostAsync(post, cancel);
            }
            catch (HttpRequestException)
            {
                // The server was killed. It is not known whether it took the post.
            }
            if (reply is { Succeeded: true })
            {
                _answers.AddOrUpdate((int)reply.Status, 1, (_, count) => count + 1);
                return;
            }
            if (reply is not null && (int)reply.Status < 500)
                throw new InvalidOperationException($"A post was refused: {reply.Text}");
            await Task.Delay(Pause, TimeProvider.System, cancel);
        }
    }
}
