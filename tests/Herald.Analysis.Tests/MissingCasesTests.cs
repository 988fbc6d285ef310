using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace Herald.Analysis.Tests;

public sealed class MissingCasesTests
{
    private const string Types = """
        public enum Verdict { Yes, No, Perhaps }
        [System.Flags] public enum Marks { None = 0, First = 1 }
        public abstract record Answer
        {
            public sealed record Given(int Number) : Answer;
            public sealed record Idle : Answer;
            public sealed record Refused(string Why) : Answer;
        }

        """;

    [Theory]
    [InlineData("switch (verdict) { case Verdict.Yes: break; case Verdict.No: break; }", "Perhaps")]
    [InlineData("switch (verdict) { case Verdict.Yes: break; default: break; }", "No, Perhaps")]
    [InlineData("_ = verdict switch { Verdict.Yes => 1, _ => throw new System.Exception() };", "No, Perhaps")]
    [InlineData("_ = ((Verdict?)verdict) switch { Verdict.Yes => 1, null => 2, _ => 3 };", "No, Perhaps")]
    [InlineData("_ = verdict switch { Verdict.Yes => 1, Verdict.No or Verdict.Perhaps when marks == 0 => 2, _ => 3 };", "No, Perhaps")]
    [InlineData("_ = verdict switch { not Verdict.Yes => 1, _ => 3 };", "Yes, No, Perhaps")]
    [InlineData("switch (answer) { case Answer.Given: break; case Answer.Idle: break; }", "Refused")]
    [InlineData("_ = answer switch { Answer.Given given => given.Number, var other => 0 };", "Idle, Refused")]
    [InlineData("_ = answer switch { Answer.Given { Number: 1 } => 1, Answer.Idle or Answer.Refused => 2, _ => 3 };", "Given")]
    public void A_case_that_is_not_named_is_an_error(string code, string missing) =>
        Assert.EndsWith($"does not name: {missing}", Assert.Single(Judge(code)), StringComparison.Ordinal);

    [Theory]
    [InlineData("switch (verdict) { case Verdict.Yes or Verdict.No: break; case Verdict.Perhaps: break; }")]
    [InlineData("switch (verdict) { case Verdict.Yes: break; case Verdict.No: case Verdict.Perhaps: break; default: throw new System.Exception(); }")]
    [InlineData("_ = verdict switch { Verdict.Yes => 1, Verdict.No or Verdict.Perhaps => 2 };")]
    [InlineData("_ = answer switch { Answer.Given { Number: 1 } => 0, Answer.Given { Number: var n } => n, Answer.Idle => 2, Answer.Refused r => 3, _ => 4 };")]
    [InlineData("_ = answer switch { Answer.Given => 0, Answer.Idle or Answer.Refused or _ => 3 };")]
    public void A_switch_that_names_all_may_have_a_catch_all(string code) => Assert.Empty(Judge(code));

    [Theory]
    [InlineData("_ = day switch { System.DayOfWeek.Sunday => 1, _ => 2 };")]
    [InlineData("_ = marks switch { Marks.None => 1, _ => 2 };")]
    [InlineData("switch (day.ToString()) { case \"Sunday\": break; }")]
    public void What_is_not_a_closed_family_of_ours_is_left_alone(string code) => Assert.Empty(Judge(code));

    private static IEnumerable<string> Judge(string code)
    {
        var method = $"{Types}class Judged {{ void Run(Verdict verdict, Marks marks, Answer answer, System.DayOfWeek day) {{ {code} }} }}";
        var paths = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Herald.Judged", [CSharpSyntaxTree.ParseText(method, cancellationToken: TestContext.Current.CancellationToken)],
            [.. paths.Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.DoesNotContain(compilation.GetDiagnostics(), found => found.Severity == DiagnosticSeverity.Error);
        return compilation.WithAnalyzers([new MissingCases()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()
            .Select(found => found.GetMessage(CultureInfo.InvariantCulture));
    }
}
