using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Texts;

/// <summary>A database whose encoding does not have all characters.</summary>
public sealed class OtherEncodingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("LATIN1", "caf\u00e9", "\\u6f22 zero \\u0000")]
    [InlineData("SQL_ASCII", "caf\u00e9", "\u6f22 zero \u2400")]
    public async Task A_letter_says_what_it_can(string encoding, string kept, string told)
    {
        var connection = await CreateAsync(encoding);
        await using var harness = new PostgresHarness(options => options with { Connection = connection });
        await harness.StartAsync();
        var lease = (await harness.Store.RenewAsync(Cancel))[0];
        var letters = ((string[])[kept, "\u6f22 zero \0"]).Select((detail, i) => new NewDeadLetter(
            new DeadLetterId(lease.Shard, 1, 0, i + 1), "sub", "topic", new DeadLetterReason("max-age", detail, 1, null, 0, 0), StoreEvents.Payload("record"))).ToArray();
        foreach (var letter in letters)
        {
            var commit = new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = letter.Id.Sequence, Progress = StoreEvents.Payload("progress"), DeadLetters = [letter] };
            await harness.Store.CommitAsync(commit, Cancel);
        }

        var page = await harness.Store.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel);
        Assert.Equal([kept, told], page.Items.Select(item => item.Reason.Detail));
        Assert.Equal(2, (await harness.Store.PeekAsync(lease.Shard, Cancel)).Records.Count);
    }

    private static async Task<string> CreateAsync(string encoding)
    {
        var server = await PostgresServer.SharedAsync();
        var name = $"other_{encoding.ToLowerInvariant()}";
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var command = source.CreateCommand($"create database {name} template template0 encoding '{encoding}' lc_collate 'C' lc_ctype 'C'");
        await command.ExecuteNonQueryAsync(Cancel);
        return server.ConnectionString(name);
    }
}
