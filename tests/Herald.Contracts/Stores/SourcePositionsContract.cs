using Herald.Engine.Basics;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>Positions of sources: they are durable, and they never fall.</summary>
public abstract class SourcePositionsContract(StoreHarness harness) : StoreContract(harness)
{
    private const string Source = "nats/a/orders";

    [Fact]
    public async Task Looking_for_sources_that_nobody_can_have_finds_nothing()
    {
        foreach (var name in NamesOfNobody)
            Assert.Null(await ReadAsync(name));
    }

    [Fact]
    public async Task Each_source_has_the_position_that_was_saved_last()
    {
        Assert.Null(await ReadAsync(Source));
        await SaveAsync(Source, 3);
        await SaveAsync(Source, 5);
        await SaveAsync("nats/a/other", 9);

        Assert.Equal(5, await ReadAsync(Source));
        Assert.Equal(9, await ReadAsync("nats/a/other"));
    }

    [Fact]
    public async Task Two_tenants_have_sources_of_the_same_name()
    {
        var acmes = TenantId.Parse("acme").FullName(Source);
        await SaveAsync(Source, 5);
        Assert.Null(await ReadAsync(acmes));
        await SaveAsync(acmes, 3);
        Assert.Equal((5, 3), (await ReadAsync(Source), await ReadAsync(acmes)));
        await Harness.ReopenAsync();
        Assert.Equal((5, 3), (await ReadAsync(Source), await ReadAsync(acmes)));
    }

    [Fact]
    public async Task A_position_never_falls()
    {
        await SaveAsync(Source, 5);
        await SaveAsync(Source, 5);
        await SaveAsync(Source, 4);
        Assert.Equal(5, await ReadAsync(Source));
        await Harness.ReopenAsync();
        await SaveAsync(Source, 1);
        Assert.Equal(5, await ReadAsync(Source));
    }

    [Fact]
    public async Task Of_positions_saved_at_the_same_time_the_highest_one_stays()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => SaveAsync(Source, i * 17 % 41)));
        Assert.Equal(40, await ReadAsync(Source));
    }

    [Fact]
    public async Task A_position_is_there_after_a_restart_and_beside_events()
    {
        await SaveAsync(Source, 7);
        await AppendAsync(Events.Make(3));
        await Harness.ReopenAsync();
        Assert.Equal(7, await ReadAsync(Source));
        await SaveAsync(Source, 8);
        Assert.Equal(8, await ReadAsync(Source));
    }

    private async Task SaveAsync(string source, long position) =>
        await Harness.Positions.SaveSourcePositionAsync(new SourcePosition(source, position), Cancel);

    private async Task<long?> ReadAsync(string source) => await Harness.Positions.ReadSourcePositionAsync(source, Cancel);
}
