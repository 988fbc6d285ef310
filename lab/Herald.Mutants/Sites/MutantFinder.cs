using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Herald.Mutants.Sites;

/// <summary>Finds the possible changes in a file. Whether a change compiles is checked later.</summary>
/// <param name="file">The path relative to the root of the working copy.</param>
/// <param name="before">The number of mutants in other files before.</param>
internal sealed partial class MutantFinder(SemanticModel model, string project, string file, int before) : CSharpSyntaxWalker
{
    private const int Longest = 120;
    private readonly List<FoundMutant> _found = [];
    private readonly HashSet<SyntaxNode> _turned = [];

    public IReadOnlyList<FoundMutant> Find()
    {
        Visit(model.SyntaxTree.GetRoot());
        return _found;
    }

    // Code that must be constant cannot be switched.
    public override void VisitAttributeList(AttributeListSyntax node) { }
    public override void VisitParameter(ParameterSyntax node) { }
    public override void VisitEnumMemberDeclaration(EnumMemberDeclarationSyntax node) { }
    public override void VisitCaseSwitchLabel(CaseSwitchLabelSyntax node) { }
    public override void VisitConstantPattern(ConstantPatternSyntax node) { }
    public override void VisitRelationalPattern(RelationalPatternSyntax node) { }

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        Turn(node.Condition, MutantKind.Negated);
        base.VisitIfStatement(node);
    }

    public override void VisitWhileStatement(WhileStatementSyntax node)
    {
        Turn(node.Condition, MutantKind.Negated);
        base.VisitWhileStatement(node);
    }

    public override void VisitDoStatement(DoStatementSyntax node)
    {
        Turn(node.Condition, MutantKind.Negated);
        base.VisitDoStatement(node);
    }

    public override void VisitForStatement(ForStatementSyntax node)
    {
        if (node.Condition is { } condition)
            Turn(condition, MutantKind.Negated);
        base.VisitForStatement(node);
    }

    public override void VisitWhenClause(WhenClauseSyntax node)
    {
        Turn(node.Condition, MutantKind.Negated);
        base.VisitWhenClause(node);
    }

    public override void VisitCatchFilterClause(CatchFilterClauseSyntax node)
    {
        Turn(node.FilterExpression, MutantKind.Negated);
        base.VisitCatchFilterClause(node);
    }

    public override void VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        Turn(node.Condition, MutantKind.Negated);
        base.VisitConditionalExpression(node);
    }

    public override void VisitIsPatternExpression(IsPatternExpressionSyntax node)
    {
        Turn(node, MutantKind.Negated);
        base.VisitIsPatternExpression(node);
    }

    public override void VisitReturnStatement(ReturnStatementSyntax node)
    {
        TurnReturned(node.Expression);
        base.VisitReturnStatement(node);
    }

    public override void VisitArrowExpressionClause(ArrowExpressionClauseSyntax node)
    {
        TurnReturned(node.Expression);
        base.VisitArrowExpressionClause(node);
    }

    public override void VisitSwitchExpressionArm(SwitchExpressionArmSyntax node)
    {
        TurnReturned(node.Expression);
        base.VisitSwitchExpressionArm(node);
    }

    public override void VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node)
    {
        TurnReturned(node.ExpressionBody);
        base.VisitSimpleLambdaExpression(node);
    }

    public override void VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node)
    {
        TurnReturned(node.ExpressionBody);
        base.VisitParenthesizedLambdaExpression(node);
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        switch (node.Kind())
        {
            case SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression:
                Exchange(node, MutantKind.AndOr);
                Turn(node.Left, MutantKind.Negated);
                Turn(node.Right, MutantKind.Negated);
                break;
            case SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression
                or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression:
                Exchange(node, MutantKind.Bound);
                Turn(node, MutantKind.Negated);
                break;
            case SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression:
                Turn(node, MutantKind.Negated);
                break;
            case SyntaxKind.AddExpression or SyntaxKind.SubtractExpression when IsNumber(node):
                Exchange(node, MutantKind.PlusMinus);
                break;
            case SyntaxKind.CoalesceExpression:
                Add(node.Left, MutantKind.Absent, node, $"null ?? {node.Right}");
                break;
        }
        base.VisitBinaryExpression(node);
    }

    public override void VisitConditionalAccessExpression(ConditionalAccessExpressionSyntax node)
    {
        // As a statement it is a call that can be left out. Behind another "?." it has no receiver of its own.
        if (node.Parent is not ExpressionStatementSyntax && node.Parent is not ConditionalAccessExpressionSyntax)
            Add(node.Expression, MutantKind.Absent, node, $"null?{node.WhenNotNull}");
        base.VisitConditionalAccessExpression(node);
    }

    public override void VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        var call = node.Expression is AwaitExpressionSyntax awaited ? awaited.Expression : node.Expression;
        if (call is InvocationExpressionSyntax or ConditionalAccessExpressionSyntax && !Declares(node) && !IsTold(call))
            Add(node, MutantKind.Dropped, node, "");
        else if (node.Expression.Kind() is SyntaxKind.AddAssignmentExpression or SyntaxKind.SubtractAssignmentExpression
            or SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression && IsNumber(node.Expression) && !Declares(node))
            Add(node, MutantKind.PlusMinus, node, $"{Operators.Turned(node.Expression)};");
        base.VisitExpressionStatement(node);
    }

    private void TurnReturned(ExpressionSyntax? returned)
    {
        if (returned is not null)
            Turn(returned, MutantKind.Returned);
    }

    /// <summary>A condition that consists of several conditions is changed in its parts.</summary>
    private void Turn(ExpressionSyntax condition, MutantKind kind)
    {
        var inner = condition;
        while (inner is ParenthesizedExpressionSyntax grouped)
            inner = grouped.Expression;
        if (inner.IsKind(SyntaxKind.LogicalNotExpression) && inner is PrefixUnaryExpressionSyntax { Operand: ParenthesizedExpressionSyntax operand })
        {
            Turn(operand, kind);
            return;
        }
        if (inner.Kind() is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression
            or SyntaxKind.ConditionalExpression or SyntaxKind.SwitchExpression or SyntaxKind.ThrowExpression)
            return;
        var isBool = model.GetTypeInfo(inner).Type?.SpecialType == SpecialType.System_Boolean;
        if (!isBool || (IsConstant(inner) && kind != MutantKind.Returned) || !_turned.Add(inner))
            return;
        if (inner is LiteralExpressionSyntax)
            Add(inner, kind, inner, inner.IsKind(SyntaxKind.TrueLiteralExpression) ? "false" : "true");
        else if (!DeclaresByPattern(inner))
            Add(inner, kind, inner, $"!({inner})");
        else if (inner is IsPatternExpressionSyntax { Pattern: UnaryPatternSyntax } or PrefixUnaryExpressionSyntax)
            Add(inner, MutantKind.AlwaysTrue, inner, "true");
        else
            Add(inner, MutantKind.NeverTrue, inner, "false");
    }

    /// <summary>Both forms are written, and a variable cannot be declared in both.</summary>
    private void Exchange(BinaryExpressionSyntax node, MutantKind kind)
    {
        if (!Declares(node) && !IsConstant(node))
            Add(node, kind, node, $"{Operators.Turned(node)}");
    }

    private void Add(SyntaxNode at, MutantKind kind, SyntaxNode shown, string after)
    {
        if (at.Ancestors().Any(outer => outer is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } }))
            return;
        var (text, turned, member) = (InOneLine(shown.ToString()), InOneLine(after), MemberOf(at));
        var same = _found.Count(found => (found.Mutant.Member, found.Mutant.Before, found.Mutant.After) == (member, text, turned));
        var line = at.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
        _found.Add(new(at, new(before + _found.Count + 1, project, file, line, member, kind, text, turned, same + 1)));
    }

    private bool IsNumber(ExpressionSyntax code) => model.GetTypeInfo(code).Type is { } type
        && (type.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_Double || type.Name is "TimeSpan" or "DateTimeOffset");

    private bool IsConstant(ExpressionSyntax code) => model.GetConstantValue(code).HasValue;

    private static bool Declares(SyntaxNode code) => code.DescendantNodes().Any(node => node is SingleVariableDesignationSyntax);

    private static bool DeclaresByPattern(SyntaxNode code) => code.DescendantNodes().Any(node =>
        node is SingleVariableDesignationSyntax && node.Ancestors().TakeWhile(outer => outer != code).Any(outer => outer is PatternSyntax));

    /// <summary>Tests do not check log output, or the guards against wrong use inside Herald.</summary>
    private bool IsTold(ExpressionSyntax call) =>
        call is InvocationExpressionSyntax && model.GetSymbolInfo(call).Symbol is IMethodSymbol method
        && (method.ContainingType.Name is "LoggerExtensions" or "Debug" || method.Name.StartsWith("ThrowIf", StringComparison.Ordinal));

    private static string MemberOf(SyntaxNode node)
    {
        var member = node.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().FirstOrDefault();
        var type = node.Ancestors().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault()?.Identifier.ValueText;
        var name = member switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            PropertyDeclarationSyntax property => property.Identifier.ValueText,
            ConstructorDeclarationSyntax => "constructor",
            FieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.ValueText,
            IndexerDeclarationSyntax => "this[]",
            OperatorDeclarationSyntax code => $"operator {code.OperatorToken.ValueText}",
            _ => null,
        };
        return name is null ? type ?? "" : $"{type}.{name}";
    }

    private static string InOneLine(string code)
    {
        var line = Space().Replace(code, " ").Trim();
        return line.Length <= Longest ? line : $"{line[..(Longest - 1)]}…";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
