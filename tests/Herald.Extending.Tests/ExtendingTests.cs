using Herald.Cli;
using Herald.Cli.CommandLine;
using Herald.Extending.Tests.Files;
using Herald.Extending.Tests.SecondStore;
using Herald.Extending.Tests.Visits;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Server;
using Herald.TestKit;
using Herald.TestKit.Databases;
using Herald.TestKit.Documentation;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Extending.Tests;

/// <summary>A channel, an application and a store are each one folder and one line in the list of modules.</summary>
public sealed class ExtendingTests
{
    [Fact]
    public async Task The_page_about_extending_shows_the_channel_that_is_tested_here()
    {
        var page = await CommittedDocs.ReadAsync("extending.md", ExtendedServer.Cancel);
        var blocks = page.ReplaceLineEndings("\n").Split("```csharp\n").Skip(1).Select(block => block.Split("```")[0]).ToList();
        string[] files = ["FilesOptions", "FileChannel", "FilesModule"];
        Assert.Equal(files.Select(Shown), blocks.Take(files.Length));
        Assert.True(page.Split('\n').Length < 80, "The page is longer than it may be.");

        // Without the usings and the namespace, as the page shows it.
        static string Shown(string file)
        {
            var text = File.ReadAllText(SourceTree.File($"tests/Herald.Extending.Tests/Files/{file}.cs")).ReplaceLineEndings("\n");
            return text[(text.IndexOf("Files;\n\n", StringComparison.Ordinal) + "Files;\n\n".Length)..];
        }
    }

    [Fact]
    public async Task A_channel_delivers_in_order_and_refuses_what_it_cannot_reach()
    {
        var files = Directory.CreateTempSubdirectory("herald-files-").FullName;
        try
        {
            await using var server = await ExtendedServer.StartAsync(new FilesModule(), options => options.With<FilesOptions>(_ => new() { Directory = files }));
            await server.SubscribeAsync("orders", "file:///orders");
            for (var i = 0; i < 20; i++)
                await server.PublishAsync("orders", "one", i);
            var path = Path.Combine(files, "orders");
            await Until.HoldsAsync(() => Task.FromResult(File.Exists(path) && File.ReadAllLines(path).Length == 20), "all events are in the file");
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), await File.ReadAllLinesAsync(path, ExtendedServer.Cancel));
            using var refused = await server.TrySubscribeAsync("orders", "file:///below/orders");
            Assert.Contains("Expected file:///NAME", await refused.Content.ReadAsStringAsync(ExtendedServer.Cancel), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    }

    [Fact]
    public async Task The_settings_of_a_module_are_settings_like_all_others()
    {
        var (code, output, _) = await RunAsync(new FilesModule(), "config", "--set", "files.directory=/var/files");
        Assert.Equal(0, code);
        Assert.Matches("files.directory +/var/files +command line", output);
        (code, _, var error) = await RunAsync(new FilesModule(), "config", "--set", "files.directry=/var/files");
        Assert.Equal(2, code);
        Assert.Contains("Did you mean files.directory?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_has_tables_and_addresses_of_its_own_beside_other_applications()
    {
        var postgres = await PostgresServer.SharedAsync();
        var connection = await postgres.CreateDatabaseAsync("visits");
        await using var server = await ExtendedServer.StartAsync(new VisitsModule(), options => options
            .With<VisitsOptions>(_ => new() { Connection = connection })
            .With<ServerOptions>(own => own with { Applications = ["visits", "orders"] }));
        await server.SubscribeAsync("doors", "visits:all");
        for (var i = 0; i < 5; i++)
            await server.PublishAsync("doors", i < 3 ? "front" : "back", i);
        await Until.HoldsAsync(async () => await server.GetAsync("/v1/visits/front") == "3" && await server.GetAsync("/v1/visits/back") == "2", "all are counted");
        Assert.NotNull(await server.GetAsync("/v1/orders/customers")); // The other application works, too.
    }

    [Fact]
    public async Task An_application_that_is_not_named_does_not_run()
    {
        await using var server = await ExtendedServer.StartAsync(new VisitsModule());
        await Assert.ThrowsAsync<HttpRequestException>(() => server.GetAsync("/v1/visits/front"));
        var (code, output, _) = await RunAsync(new VisitsModule(), "visits", "serve", "--help");
        Assert.Equal(0, code);
        Assert.Contains("Runs a server with the visits application.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_is_chosen_by_its_name()
    {
        await using var server = await ExtendedServer.StartAsync(
            new SecondStoreModule(), options => options.With<ServerOptions>(own => own with { Store = "second" }));
        await server.SubscribeAsync("orders", "http://127.0.0.1:9/");
        Assert.Equal(["second"], Directory.EnumerateFileSystemEntries(server.Directory).Select(Path.GetFileName));
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(Path.Combine(server.Directory, "second")));
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(IModule module, params string[] arguments)
    {
        var root = HeraldCommandLine.Create(new ModuleSet([.. ModuleList.All.Modules, module]), TimeProvider.System);
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandRoot.RunAsync(root, arguments, output, error, ExtendedServer.Cancel);
        return (code, output.ToString(), error.ToString());
    }
}
