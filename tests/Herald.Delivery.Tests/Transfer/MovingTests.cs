using Herald.Contracts.Transfer;
using Herald.Engine.Transfer;
using Herald.Journal;
using Herald.Postgres;
using Xunit;

namespace Herald.Delivery.Tests.Transfer;

/// <summary>A store in use is stopped and moved to the other kind of store, and continues there.</summary>
public sealed class MovingTests
{
    [Fact]
    public async Task There_and_back_again_nothing_is_lost_and_deliveries_go_on()
    {
        await using var place = new MovingPlace(TimeProvider.System);
        var backlog = new Backlog();
        await backlog.MakeAsync(place.Journal("first"));

        var first = await place.ExportAsync(place.Journal("first"));
        await place.ImportAsync(first, await place.PostgresAsync());
        var second = await place.ExportAsync(await place.PostgresAsync());
        await place.ImportAsync(second, place.Journal("back"));
        var third = await place.ExportAsync(place.Journal("back"));

        var told = await ReadAsync(first);
        foreach (var again in (ToldStore[])[await ReadAsync(second), await ReadAsync(third)])
        {
            Assert.Equal(told.Shape!.HashSeed, again.Shape!.HashSeed);
            Assert.Equal(told.Shape.Shards, again.Shape.Shards);
            for (var section = MoveSection.Catalog; section < MoveSection.End; section++)
                Assert.Equal(told.Lines(section), again.Lines(section));
        }
        foreach (var section in (MoveSection[])[MoveSection.Catalog, MoveSection.Progress, MoveSection.Events, MoveSection.DeadLetters, MoveSection.State, MoveSection.Sources, MoveSection.History])
            Assert.True(told.Count(section) > 0, $"Nothing was moved of {section}.");
        Assert.Empty(place.Notices);

        await using var node = await EngineOver<JournalStore>.StartAsync(await JournalStore.OpenAsync(place.Journal("back"), TimeProvider.System), backlog.Channel);
        await backlog.FinishAsync(node);
    }

    [Fact]
    public async Task Deliveries_go_on_in_PostgreSQL()
    {
        await using var place = new MovingPlace(TimeProvider.System);
        var backlog = new Backlog();
        await backlog.MakeAsync(place.Journal("first"));
        await place.ImportAsync(await place.ExportAsync(place.Journal("first")), await place.PostgresAsync());
        await using var node = await EngineOver<PostgresStore>.StartAsync(await PostgresStore.OpenAsync(await place.PostgresAsync(), TimeProvider.System), backlog.Channel);
        await backlog.FinishAsync(node);
    }

    private static async Task<ToldStore> ReadAsync(byte[] file)
    {
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), default);
        return await ToldStore.OfAsync(reader, default);
    }
}
