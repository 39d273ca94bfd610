"""Every case, and which of them are committed as fixtures."""

import estimator_recipes
import mixed_recipes
import recipes
import table_recipes
import transformer_recipes


# Of the cases of unseen rows, those that are committed too: one of each kind, in float or double.
COMMITTED = set("""
    ada_boost_regressor_float ard_float bagging_regressor_float bagging_ridge_float bagging_trees_float
    barley_onehot_float barley_onehot_drop_float barley_ordinal_float barley_ordinals_float barley_ridge_float
    barley_target_float barley_tree_float bayesian_ridge_double binarizer_float box_cox_float
    box_cox_unscaled_float calibrated_isotonic_binary_float calibrated_sigmoid_float
    calibrated_sigmoid_binary_double cars_boosting_float cars_ridge_double column_transformer_float
    column_transformer_drop_double complement_nb_float complement_nb_normed_double elastic_net_cv_float
    extra_tree_regressor_float forest_regressor_float forest_unseen_float gamma_float gaussian_nb_text_double
    gradient_boosting_regressor_float grid_search_float grid_search_regressor_double huber_float identity_double
    imputer_constant_float imputer_mean_double imputer_median_float imputer_most_frequent_double
    incremental_pca_float interactions_float k_best_logistic_float kbins_onehot_float knn_cdist_float
    knn_classifier_cosine_double knn_imputer_logistic_float knn_regressor_cosine_float label_binarizer_int64
    label_encoder_int64 lars_double lars_cv_float lasso_cv_double lasso_lars_float lasso_lars_cv_double
    lasso_lars_ic_float
    lda_double lda_shrunk_float logistic_binary_text_double logistic_cv_float logistic_l1_double
    logistic_nocl_float maxabs_scaler_double minmax_scaler_float mlp_multi_output_float
    multi_output_logistic_double multi_output_ridge_double multi_output_tree_float multi_task_elastic_net_double
    multi_task_elastic_net_cv_float multi_task_lasso_double multi_task_lasso_cv_float multinomial_nb_double
    neighbourhood_components_double normalizer_float omp_double omp_cv_float one_vs_one_double
    one_vs_one_svc_float ordinal_int64 passive_aggressive_double passive_aggressive_binary_float
    passive_aggressive_regressor_double pca_float pca_logistic_float pca_whiten_float penguins_boosting_float
    penguins_forest_float penguins_logistic_double penguins_mlp_float penguins_prepared_double
    penguins_sgd_float penguins_svc_double penguins_tree_float pls_double pls_linnerud_float poisson_double
    polynomial_float polynomial_ridge_float power_logistic_float quantile_float random_projection_double
    ransac_float rfe_double rfecv_float ridge_classifier_cv_float ridge_cv_float robust_scaler_double
    select_fdr_float select_fpr_double select_from_model_float select_fwe_double select_generic_float
    select_k_best_double select_lasso_ridge_float select_percentile_double sgd_one_class_float
    sgd_regressor_double stacking_float stacking_binary_float stacking_passthrough_float
    stacking_regressor_float standard_scaler_float svr_unseen_double target_encoder_int64 theil_sen_double
    truncated_svd_float tuned_threshold_double tweedie_float tweedie_identity_double union_float
    union_ridge_double union_weighted_float variance_threshold_double weather_logistic_float yeo_johnson_float
""".split())


def all_cases(seed=7):
    """Every case; the seed picks the rows that are asked."""
    cases = (recipes.cases() + mixed_recipes.cases() + estimator_recipes.cases() + transformer_recipes.cases() +
             table_recipes.cases())
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have the same name"
    for case in cases:
        case.seed = seed
    return cases


def committed(seed=7):
    """Those whose fixtures the C++ test reads without Python."""
    chosen = {case.name for case in recipes.cases() + mixed_recipes.cases()}
    return [case for case in all_cases(seed) if case.name in chosen or case.name in COMMITTED]
