using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Herald.Analysis;

/// <summary>
/// A switch over one of Herald's enums or closed families must name each of its cases, even if it has a catch-all. So when a case is added,
/// the build reports every place that must handle it. The compiler reports a missing case only for switch expressions over enums that have
/// no catch-all.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingCases : DiagnosticAnalyzer
{
    public const string Id = "HERALD001";

    private static readonly DiagnosticDescriptor Rule = new(
        Id, "A switch names every case", "This switch over {0} does not name: {1}", "Herald", DiagnosticSeverity.Error,
        isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(Check, OperationKind.Switch, OperationKind.SwitchExpression);
    }

    private static void Check(OperationAnalysisContext context)
    {
        var (value, named) = context.Operation switch
        {
            ISwitchOperation statement => (statement.Value, statement.Cases.SelectMany(one => one.Clauses).SelectMany(NamedBy)),
            ISwitchExpressionOperation expression => (
                expression.Value, expression.Arms.Where(arm => arm.Guard is null).SelectMany(arm => NamedBy(arm.Pattern))),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var of = value.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0] : value.Type;
        if (of is null)
            return;
        var all = named.ToList();
        var missing = ClosedFamily.CasesOf(of).Where(one => !all.Exists(by => Names(by, one.By)));
        var names = string.Join(", ", missing.Select(one => one.Name));
        if (names.Length > 0)
            context.ReportDiagnostic(Diagnostic.Create(Rule, value.Syntax.GetLocation(), of.Name, names));
    }

    private static bool Names(object by, object one) =>
        by is ITypeSymbol type ? one is ITypeSymbol derived && ClosedFamily.IsOrDerives(derived, type) : by.Equals(one);

    private static IEnumerable<object> NamedBy(ICaseClauseOperation clause) => clause switch
    {
        ISingleValueCaseClauseOperation { Value.ConstantValue: { HasValue: true, Value: { } value } } => [value],
        IPatternCaseClauseOperation { Guard: null } pattern => NamedBy(pattern.Pattern),
        _ => [],
    };

    /// <summary>A pattern with a further condition covers only a part of its case, so it names nothing.</summary>
    private static IEnumerable<object> NamedBy(IPatternOperation pattern) => pattern switch
    {
        IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: { } value } } => [value],
        IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.Or } either =>
            NamedBy(either.LeftPattern).Concat(NamedBy(either.RightPattern)),
        ITypePatternOperation type => [type.MatchedType],
        IDeclarationPatternOperation { MatchesNull: false, MatchedType: { } type } => [type],
        IRecursivePatternOperation parts when parts.DeconstructionSubpatterns.All(IsAny)
            && parts.PropertySubpatterns.All(part => IsAny(part.Pattern)) => [parts.MatchedType],
        _ => [],
    };

    private static bool IsAny(IPatternOperation pattern) =>
        pattern is IDiscardPatternOperation or IDeclarationPatternOperation { MatchesNull: true };
}
