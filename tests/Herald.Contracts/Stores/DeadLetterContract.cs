using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class DeadLetterContract(StoreHarness harness) : StoreContract(harness)
{
    private static readonly ShardId Shard = new(3);

    // Some stores cannot hold these texts unchanged. It is the store's task to handle that.
    private static readonly string[] AnyText =
        ["id = 'a\0b'", "\0", "half a \ud83d letter", "\udc00\ud800", "tab\t, bell\a, escape\u001b, \uffff, \ufeff, \u6f22 \ud83d\ude00"];

    private long _number;

    [Fact]
    public async Task A_dead_letter_keeps_its_reason_and_the_record_of_its_event()
    {
        var one = Events.Make(payload: StoreEvents.Payload("poison"), shard: Shard.Value);
        await AppendAsync(one);
        var letter = Letter(1, "sub-a");
        await AddAsync(letter);

        var found = await Harness.DeadLetters.FindAsync(letter.Id, Cancel);
        Assert.NotNull(found);
        Assert.Equal((letter.Id, "sub-a", "topic", letter.Reason), (found.Id, found.SubscriptionId, found.Topic, found.Reason));
        Assert.Equal(one.Record.ToArray(), found.Record.ToArray());
        Assert.Null(await Harness.DeadLetters.FindAsync(letter.Id with { Generation = 1 }, Cancel));
    }

    [Fact]
    public async Task A_dead_letter_may_bring_a_record_of_its_own()
    {
        var letter = Letter(0, "source") with { Record = StoreEvents.Payload("not an event"), Reason = new DeadLetterReason("unreadable", "ä", 0, null, 0, 5) };
        await AddAsync(letter);
        await Harness.ReopenAsync();

        var found = await Harness.DeadLetters.FindAsync(letter.Id, Cancel);
        Assert.Equal("not an event"u8.ToArray(), found!.Record.ToArray());
        Assert.Equal(letter.Reason, found.Reason);
    }

    /// <summary>An event that is in no log has an arbitrary number in place of its sequence.</summary>
    [Fact]
    public async Task The_dead_letter_of_an_event_that_is_in_no_log_is_listed_by_its_topic_and_can_be_discarded()
    {
        var made = Events.Make(payload: StoreEvents.Payload("made"), shard: Shard.Value);
        var letter = Letter(long.MaxValue - 1, "") with { Record = made.Record };
        letter = letter with { Id = letter.Id with { Subscription = 0, Generation = DeadLetterId.OfEmitted } };
        await AddAsync(letter);
        await Harness.ReopenAsync();

        var found = Assert.Single((await ListAsync()).Items);
        Assert.Equal((letter.Id, "topic", letter.Reason), (found.Id, found.Topic, found.Reason));
        Assert.Equal(letter.Record.ToArray(), found.Record.ToArray());
        Assert.Equal(1, await Harness.DeadLetters.DiscardAsync([new Discard(letter.Id)], Cancel));
        Assert.Empty((await ListAsync()).Items);
    }

    /// <summary>
    /// A reason quotes text from outside. The quoted text must not make the store lose the dead letter, or what is committed with it.
    /// </summary>
    [Fact]
    public async Task A_reason_may_quote_any_text()
    {
        foreach (var quoted in AnyText)
        {
            var letter = Letter(++_number, quoted, quoted, quoted) with { Record = StoreEvents.Payload("not an event") };
            letter = letter with { Reason = letter.Reason with { Detail = $"begin {quoted} end" } };
            var value = StoreEvents.Payload($"{_number}");
            await CommitAsync(new ShardCommit
            {
                Fence = await OwnAsync(Shard),
                Number = _number,
                DeadLetters = [letter],
                State = [new StateWrite("app", StoreEvents.Payload("key"), value)],
            });

            var found = await Harness.DeadLetters.FindAsync(letter.Id, Cancel);
            Assert.StartsWith("begin ", found!.Reason.Detail, StringComparison.Ordinal);
            Assert.EndsWith(" end", found.Reason.Detail, StringComparison.Ordinal);
            Assert.Equal(letter.Reason.Detail.Length, found.Reason.Detail.Length);
            Assert.All([found.SubscriptionId, found.Topic, found.Reason.Reason], text => Assert.Equal(quoted.Length, text.Length));
            var state = await Harness.State.ReadAsync("app", [new StateKey(Shard, StoreEvents.Payload("key"))], Cancel);
            Assert.Equal(value.ToArray(), state[0]!.Value.ToArray());
        }
        var before = await ListAsync();
        Assert.Equal(AnyText.Length, before.Items.Count);
        // Valid text stays unchanged.
        Assert.EndsWith(AnyText[^1] + " end", before.Items[^1].Reason.Detail, StringComparison.Ordinal);
        await Harness.ReopenAsync();
        Assert.Equal(before.Items.Select(l => l.Reason), (await ListAsync()).Items.Select(l => l.Reason));
        Assert.All(before.Items, l => Assert.Equal(l.Reason.Detail, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(l.Reason.Detail))));
    }

    [Fact]
    public async Task Looking_for_names_that_nobody_can_have_finds_nothing()
    {
        await AppendAsync(Events.Make(shard: Shard.Value));
        await AddAsync(Letter(1, "a"));
        foreach (var name in NamesOfNobody)
        {
            Assert.Empty((await Harness.DeadLetters.ListAsync(new DeadLetterQuery(name, null, 10, null), Cancel)).Items);
            Assert.Empty((await Harness.DeadLetters.ListAsync(new DeadLetterQuery(null, name, 10, null), Cancel)).Items);
        }
    }

    [Fact]
    public async Task Adding_one_again_changes_nothing()
    {
        await AppendAsync(Events.Make(2, shard: Shard.Value));
        await AddAsync(Letter(1, "a"), Letter(1, "a"));
        await AddAsync(Letter(2, "a"));
        await AddAsync(Letter(1, "a", reason: "other"));

        var page = await ListAsync();
        Assert.Equal([1L, 2], page.Items.Select(l => l.Id.Sequence));
        Assert.Equal("max-age", page.Items[0].Reason.Reason);
    }

    [Fact]
    public async Task Two_tenants_have_dead_letters_under_the_same_names()
    {
        TenantId acme = TenantId.Parse("acme"), other = TenantId.Parse("ac");
        await AppendAsync(Events.Make(5, shard: Shard.Value));
        await AddAsync(Letter(1, "s"), Letter(2, acme.FullName("s"), acme.FullName("topic")), Letter(3, "", acme.FullName("topic")), Letter(4, "s"), Letter(5, "", ""));

        Assert.Equal([1L, 4, 5], await OfAsync(default(TenantId)));
        Assert.Equal([2L, 3], await OfAsync(acme));
        Assert.Empty(await OfAsync(other));
        Assert.Equal([1L, 2, 3, 4, 5], await OfAsync(null));
        Assert.Equal([2L], await OfAsync(acme, acme.FullName("s")));
        Assert.Empty(await OfAsync(acme, "s"));
        await Harness.ReopenAsync();
        Assert.Equal([2L, 3], await OfAsync(acme));
        Assert.Equal("@acme/topic", (await Harness.DeadLetters.FindAsync(new DeadLetterId(Shard, 7, 0, 3), Cancel))!.Topic);

        async Task<IEnumerable<long>> OfAsync(TenantId? tenant, string? subscription = null) =>
            (await Harness.DeadLetters.ListAsync(new DeadLetterQuery(subscription, null, 10, null) { Tenant = tenant }, Cancel)).Items.Select(l => l.Id.Sequence);
    }

    [Fact]
    public async Task Pages_follow_on_newest_last_and_filter()
    {
        await AppendAsync(Events.Make(30, shard: Shard.Value));
        for (var i = 1; i <= 30; i++)
            await AddAsync(Letter(i, i % 3 == 0 ? "third" : "other", topic: i % 2 == 0 ? "even" : "odd"));

        Assert.Equal(Enumerable.Range(1, 30), await SequencesAsync(null, null, 7));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => i * 3), await SequencesAsync("third", null, 4));
        Assert.Equal([6, 12, 18, 24, 30], await SequencesAsync("third", "even", 100));
        Assert.Empty(await SequencesAsync("nobody", null, 10));
    }

    [Fact]
    public async Task A_page_goes_on_where_the_last_ended_though_letters_come_and_go()
    {
        await AppendAsync(Events.Make(10, shard: Shard.Value));
        for (var i = 1; i <= 8; i++)
            await AddAsync(Letter(i, "a"));
        var first = await ListAsync(limit: 4);
        await Harness.DeadLetters.DiscardAsync([new Discard(first.Items[3].Id), new Discard(Letter(6, "a").Id)], Cancel);
        await AddAsync(Letter(9, "a"));

        var second = await ListAsync(limit: 100, cursor: first.NextCursor);
        Assert.Equal([5L, 7, 8, 9], second.Items.Select(l => l.Id.Sequence));
        Assert.Null(second.NextCursor);
    }

    [Fact]
    public async Task Discarding_counts_only_those_that_were_there()
    {
        await AppendAsync(Events.Make(3, shard: Shard.Value));
        await AddAsync(Letter(1, "a"), Letter(2, "a"), Letter(3, "a"));
        var ids = new[] { Letter(1, "a").Id, Letter(2, "a").Id, Letter(1, "a").Id, Letter(99, "a").Id };

        Assert.Equal(2, await Harness.DeadLetters.DiscardAsync([.. ids.Select(id => new Discard(id))], Cancel));
        Assert.Equal(0, await Harness.DeadLetters.DiscardAsync([.. ids.Select(id => new Discard(id))], Cancel));
        Assert.Equal(0, await Harness.DeadLetters.DiscardAsync([], Cancel));
        await Harness.ReopenAsync();
        Assert.Equal([3L], (await ListAsync()).Items.Select(l => l.Id.Sequence));
    }

    [Fact]
    public async Task Redriving_appends_the_event_and_removes_the_letter_once()
    {
        var one = Events.Make("id", payload: StoreEvents.Payload("p"), shard: Shard.Value);
        await AppendAsync(one);
        await AddAsync(Letter(1, "a"));
        var redrive = new Redrive(Letter(1, "a").Id, one with { Index = one.Index with { Flags = one.Index.Flags | EventFlags.Addressed } });

        var counts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Harness.DeadLetters.RedriveAsync([redrive, redrive], Cancel).AsTask()));

        Assert.Equal(1, counts.Sum());
        Assert.Empty((await ListAsync()).Items);
        var index = await ReadIndexAsync(Shard);
        Assert.Equal([1L, 2], index.Select(e => e.Sequence));
        Assert.True(index[1].Flags.HasFlag(EventFlags.Addressed));
        Assert.Equal(one.Record.ToArray(), (await ReadEventsAsync(Shard, 2))[2]);
    }

    [Fact]
    public async Task A_discard_keeps_its_history_if_there_was_something_to_discard()
    {
        await AppendAsync(Events.Make(3, shard: Shard.Value));
        await AddAsync(Letter(1, "a"), Letter(2, "a"));
        long[] sequences = [1, 1, 2, 3];
        Discard[] discards = [.. sequences.Select(sequence => new Discard(Letter(sequence, "a").Id, History(sequence, $"discard {sequence}")))];

        Assert.Equal(2, await Harness.DeadLetters.DiscardAsync(discards, Cancel));
        Assert.Equal(0, await Harness.DeadLetters.DiscardAsync(discards, Cancel));
        await Harness.ReopenAsync();

        Assert.Equal(["discard 1"], await ToldAsync(1));
        Assert.Equal(["discard 2"], await ToldAsync(2));
        Assert.Empty(await ToldAsync(3));
    }

    [Fact]
    public async Task A_redrive_keeps_its_history_which_names_the_sequence_of_its_event()
    {
        var one = Events.Make("id", payload: StoreEvents.Payload("p"), shard: Shard.Value);
        await AppendAsync(one);
        await AppendAsync(Events.Make(2, shard: Shard.Value));
        await AddAsync(Letter(1, "a"));
        var addressed = one with { Index = one.Index with { Flags = one.Index.Flags | EventFlags.Addressed } };
        long[] sequences = [1, 1, 2];
        Redrive[] redrives =
            [.. sequences.Select(from => new Redrive(Letter(from, "a").Id, addressed) { History = copy => History(from, $"redrive as {copy}") })];

        Assert.Equal(1, await Harness.DeadLetters.RedriveAsync(redrives, Cancel));
        Assert.Equal(0, await Harness.DeadLetters.RedriveAsync(redrives, Cancel));
        await Harness.ReopenAsync();

        Assert.Equal(["redrive as 4"], await ToldAsync(1));
        Assert.Empty(await ToldAsync(2));
    }

    [Fact]
    public async Task Dead_letters_are_there_after_a_restart_in_the_same_order()
    {
        await AppendAsync(Events.Make(20, shard: Shard.Value));
        for (var i = 20; i >= 1; i--)
            await AddAsync(Letter(i, "a"));
        var before = await ListAsync();
        await Harness.ReopenAsync();
        var after = await ListAsync();
        Assert.Equal(before.Items.Select(l => l.Id), after.Items.Select(l => l.Id));
        Assert.Equal(before.Items.Select(l => l.Record.ToArray()), after.Items.Select(l => l.Record.ToArray()));
    }

    private static NewDeadLetter Letter(long sequence, string subscription, string topic = "topic", string reason = "max-age") =>
        new(new DeadLetterId(Shard, 7, 0, sequence), subscription, topic, new DeadLetterReason(reason, "detail", 4, 503, 1000, 2_000_000_000_000), default);

    private HistoryBlock History(long sequence, string text) =>
        new(sequence, sequence, Harness.Clock.NowMs, StoreEvents.Payload(text));

    private async Task<IEnumerable<string>> ToldAsync(long sequence) =>
        (await Harness.State.ReadHistoryAsync(Shard, sequence, Cancel)).Select(block => Encoding.UTF8.GetString(block.Block.Span));

    private async Task AddAsync(params NewDeadLetter[] letters) =>
        await CommitAsync(new ShardCommit { Fence = await OwnAsync(Shard), Number = ++_number, DeadLetters = letters });

    private ValueTask<DeadLetterPage> ListAsync(int limit = 1000, string? cursor = null) =>
        Harness.DeadLetters.ListAsync(new DeadLetterQuery(null, null, limit, cursor), Cancel);

    private async Task<List<int>> SequencesAsync(string? subscription, string? topic, int limit)
    {
        var all = new List<int>();
        string? cursor = null;
        do
        {
            var page = await Harness.DeadLetters.ListAsync(new DeadLetterQuery(subscription, topic, limit, cursor), Cancel);
            Assert.True(page.Items.Count <= limit);
            all.AddRange(page.Items.Select(l => (int)l.Id.Sequence));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }
}
