using Herald.Engine.Channels;
using Herald.Engine.Progress;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>Between commits the store gets notes of settled deliveries. Without them, a crash would repeat these deliveries.</summary>
public sealed class NoteTests : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);
    private readonly HostScene _scene = new(commitEvery: 20 * Every);

    private int _before;

    private ShardNote[] Notes => _scene.Store.Notes[_before..];

    public NoteTests() => _scene.Store.NoteEvery = Every;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_success_is_noted_after_a_moment_and_told_in_full_with_the_next_commit()
    {
        await BeginAsync();
        await DeliverAsync("two");
        _scene.Clock.Advance(Every);
        await _scene.RoundsAsync(5);
        var note = Assert.Single(Notes);
        var saved = new SavedProgress();
        saved.Apply(note.Progress.Span);
        Assert.Equal(1, saved.Settled.Count);

        var commit = await _scene.WhenStoredAsync(commit => commit.History is { Last: 2 });
        Assert.Equal(note.Number + 1, commit.Number);
    }

    [Fact]
    public async Task Where_nothing_has_been_settled_nothing_is_noted()
    {
        await BeginAsync();
        await _scene.PublishAsync(["two"]);
        var tried = await _scene.ExpectAsync("two");
        _scene.Clock.Advance(5 * Every);
        await _scene.RoundsAsync(5);
        Assert.Empty(Notes);
        tried.Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_store_that_is_short_of_room_gets_none()
    {
        _scene.Store.IsShortOfRoom = true;
        await BeginAsync();
        await DeliverAsync("two");
        _scene.Clock.Advance(5 * Every);
        await _scene.RoundsAsync(5);
        Assert.Empty(Notes);
    }

    [Fact]
    public async Task None_is_written_while_a_commit_is_to_be_sent_again()
    {
        await BeginAsync();
        _scene.Store.Fault = _ => new StoreUnavailableException("away");
        await DeliverAsync("two");
        var saved = _scene.Host.SaveAsync().AsTask();
        await _scene.Lines.WhenAsync("could not save its progress");
        await DeliverAsync("three");
        _scene.Clock.Advance(5 * Every);
        await _scene.RoundsAsync(5);
        Assert.Empty(Notes);
        _scene.Store.Fault = _ => null;
        await _scene.Clock.AdvanceUntilAsync(saved, TimeSpan.FromMilliseconds(250));
    }

    // The owner's first commit saves everything. It is made before the test begins to count notes.
    private async Task BeginAsync()
    {
        await _scene.StartAsync();
        await DeliverAsync("one");
        await _scene.Host.SaveAsync();
        _before = _scene.Store.Notes.Length;
    }

    private async Task DeliverAsync(string payload)
    {
        await _scene.PublishAsync([payload]);
        (await _scene.ExpectAsync(payload)).Answer(AttemptResult.Delivered);
        while (await _scene.CountInFlightAsync() > 0)
            await Task.Yield();
    }
}
