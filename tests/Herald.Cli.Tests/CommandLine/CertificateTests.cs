using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Cli.Tests.CommandLine;

/// <summary>Commands that call a Herald behind a proxy with TLS, whose certificate only the operator's own authority has signed.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task An_authority_that_is_given_is_trusted()
    {
        using var certificate = TestCertificate.Create();
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""), certificate);
        await File.WriteAllTextAsync(_file, certificate.ExportCertificatePem(), Cancel);
        var run = await CommandRun.AgainstAsync(herald, "topics", "list", "--ca-file", _file);
        Assert.True(run.Code == 0, run.Error);
    }

    [Fact]
    public async Task Another_authority_is_not_and_the_option_is_told()
    {
        using var certificate = TestCertificate.Create();
        using var other = TestCertificate.Create();
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""), certificate);
        await File.WriteAllTextAsync(_file, other.ExportCertificatePem(), Cancel);
        foreach (var given in (string[][])[[], ["--ca-file", _file]])
        {
            var run = await CommandRun.AgainstAsync(herald, ["topics", "list", .. given]);
            Assert.Equal(
                (3, $"There is no secure connection to {herald.Address}/: Its certificate is not from an authority that is trusted here. "
                    + "Give the certificate of its authority with --ca-file FILE or HERALD_CA_FILE."),
                (run.Code, run.Error.Trim()));
        }
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_told()
    {
        using var certificate = TestCertificate.For("herald.example");
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""), certificate);
        await File.WriteAllTextAsync(_file, certificate.ExportCertificatePem(), Cancel);
        var run = await CommandRun.AgainstAsync(herald, "topics", "list", "--ca-file", _file);
        Assert.Equal(
            (3, $"There is no secure connection to {herald.Address}/: Its certificate is not for the name 127.0.0.1."),
            (run.Code, run.Error.Trim()));
    }

    [Theory]
    [InlineData("/there/is/no/such/file")]
    [InlineData("/dev/null")]
    public async Task A_file_without_certificates_is_2(string file)
    {
        var run = await CommandRun.OfAsync("topics", "list", "--server", "https://127.0.0.1:1", "--ca-file", file);
        Assert.Equal(2, run.Code);
        Assert.Contains(file, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }
}
