using System.Text;
using Herald.Hosting;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging;

namespace Herald.Messages.Tests;

public sealed class KeptFileTests : IDisposable
{
    private const string Setting = "apns.providers.main.keyFile";

    private readonly TestFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly LineLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_change_is_seen_within_seconds_and_the_same_content_is_the_same_key()
    {
        var file = Open("one");
        var first = file.Current;
        _folder.Write("key", "one");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(first, await LookAsync(file));

        _folder.Write("key", "two");
        Assert.Same(first, await LookAsync(file));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("two", (await LookAsync(file)).Text);
        Assert.Contains(_log.Lines, line => line.StartsWith($"{Setting}: the file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_key_is_read_again_at_once()
    {
        var file = Open("one");
        _folder.Write("key", "two");

        Assert.Equal("two", (await file.RereadAsync(TestEnd)).Text);
        Assert.Equal("two", file.Current.Text);
    }

    /// <summary>A mounted file can be on a server that has stopped to answer. Attempts start in the loops of shards, which must not wait.</summary>
    [Fact]
    public async Task A_file_that_cannot_be_read_to_its_end_holds_up_nobody()
    {
        using var answers = new ManualResetEventSlim(initialState: true);
        var (content, reads) = ("one", 0);
        var file = new KeptFile<Key>(Setting, "mounted", Parse, _clock, _log, () =>
        {
            Interlocked.Increment(ref reads);
            answers.Wait();
            return Encoding.UTF8.GetBytes(content);
        });
        answers.Reset();
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal("one", file.Current.Text);
        }
        var reread = file.RereadAsync(TestEnd).AsTask();
        Assert.False(reread.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("one", (await reread).Text);
        using var stop = new CancellationTokenSource();
        reread = file.RereadAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reread);

        content = "two";
        answers.Set();
        Assert.Equal("two", (await file.RereadAsync(TestEnd)).Text);
        // The start, the look that hung, and the last one.
        Assert.Equal(3, reads);
    }

    [Fact]
    public async Task A_file_that_breaks_again_is_told_again()
    {
        var file = Open("one");
        for (var i = 0; i < 2; i++)
        {
            File.Delete(_folder.PathOf("key"));
            await file.RereadAsync(TestEnd);
            _folder.Write("key", "one");
            await file.RereadAsync(TestEnd);
        }

        Assert.Equal(2, _log.Lines.Count(line => line.Contains("cannot be read", StringComparison.Ordinal)));
        Assert.Equal(2, _log.Lines.Count(line => line.Contains("can be used again", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bad")]
    [InlineData(null)]
    public async Task A_file_that_became_unusable_leaves_the_old_key_in_use_and_is_told_once(string? content)
    {
        var file = Open("one");
        if (content is null)
            File.Delete(_folder.PathOf("key"));
        else
            _folder.Write("key", content);
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal("one", (await LookAsync(file)).Text);
        }
        Assert.Single(_log.Lines, line => line.Contains("The key that was read before stays in use", StringComparison.Ordinal));

        _folder.Write("key", "three");
        Assert.Equal("three", (await file.RereadAsync(TestEnd)).Text);
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_an_error_at_the_start_that_names_setting_and_file()
    {
        AssertRefused(null, "cannot be read (it does not exist)");
        AssertRefused("", "It is empty.");
        AssertRefused("bad", "It must not be bad.");
        AssertRefused(new string('x', 100_000), "longer than 64 KiB");
    }

    [Fact]
    public void A_directory_is_an_error_at_the_start()
    {
        Directory.CreateDirectory(_folder.PathOf("folder"));
        var failure = Assert.Throws<ServerStartException>(() => Keep(_folder.PathOf("folder")));
        Assert.Contains("cannot be read", failure.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(string? content, string told)
    {
        var path = content is null ? _folder.PathOf("missing") : _folder.Write("key", content);
        var failure = Assert.Throws<ServerStartException>(() => Keep(path));
        Assert.StartsWith($"{Setting}: the file '{path}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>The key after the look that its use begins.</summary>
    private static async Task<Key> LookAsync(KeptFile<Key> file)
    {
        _ = file.Current;
        await file.Looking;
        return file.Current;
    }

    private KeptFile<Key> Open(string content) => Keep(_folder.Write("key", content));

    private KeptFile<Key> Keep(string path) => new(Setting, path, Parse, _clock, _log);

    private static Key Parse(byte[] content) => Encoding.UTF8.GetString(content) is var text && text != "bad"
        ? new(text)
        : throw new InvalidDataException("It must not be bad.");

    private sealed record Key(string Text);

    private sealed class LineLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
