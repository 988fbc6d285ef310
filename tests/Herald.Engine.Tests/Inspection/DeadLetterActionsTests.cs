using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

public sealed class DeadLetterDeskTests
{
    [Fact]
    public void An_id_is_read_as_it_is_shown()
    {
        var id = new DeadLetterId(new ShardId(3), 17, 2, 5_000_000_000);
        Assert.Equal("dl_3_17_2_5000000000", DeadLetterActions.Format(id));
        Assert.True(DeadLetterActions.TryParse("dl_3_17_2_5000000000", out var read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dl")]
    [InlineData("dl_3_17_2")]
    [InlineData("dl_3_17_2_5_6")]
    [InlineData("xx_3_17_2_5")]
    [InlineData("dl_a_17_2_5")]
    [InlineData("dl_3_a_2_5")]
    [InlineData("dl_3_17_a_5")]
    [InlineData("dl_3_17_2_a")]
    public void What_is_no_id_is_refused(string text)
    {
        Assert.False(DeadLetterActions.TryParse(text, out var id));
        Assert.Equal(default, id);
    }

    [Fact]
    public async Task An_order_on_very_many_letters_leaves_room_in_the_history_for_everything_else()
    {
        await using var scene = new HostScene();
        var store = new ManyLetters(DeadLetterActions.MostTold + 1_000);
        var copier = new EventCopier(scene.Log, new EventEncoder(scene.Log.HashSeed, scene.Log.HashSecret, 1), scene.Catalog, scene.Clock);
        var actions = new DeadLetterActions(store, scene.Catalog, copier, scene.Clock);
        Assert.Equal(DeadLetterActions.MostTold + 1_000, await actions.DiscardAllAsync(null, default));
        Assert.Equal((DeadLetterActions.MostTold + 1_000, DeadLetterActions.MostTold), (store.Discarded, store.Told));
    }

    private sealed class ManyLetters(int count) : IDeadLetterStore
    {
        public int Discarded { get; private set; }

        /// <summary>The discards with history.</summary>
        public int Told { get; private set; }

        public ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel)
        {
            var from = int.Parse(query.Cursor ?? "0", CultureInfo.InvariantCulture);
            var next = Math.Min(count, from + query.Limit);
            var items = Enumerable.Range(from, next - from).Select(number => new DeadLetter(
                new DeadLetterId(new ShardId(0), 7, 1, number + 1), "s", "t", new DeadLetterReason("rejected", "", 1, null, 0, 0), default));
            return new(new DeadLetterPage([.. items], next < count ? next.ToString(CultureInfo.InvariantCulture) : null));
        }

        public ValueTask<int> DiscardAsync(IReadOnlyList<Discard> discards, CancellationToken cancel)
        {
            Discarded += discards.Count;
            Told += discards.Count(discard => discard.History is not null);
            return new(discards.Count);
        }

        public ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel) => throw new NotSupportedException();
    }
}
